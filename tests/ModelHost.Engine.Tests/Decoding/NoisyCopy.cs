using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Tests.Decoding;

/// <summary>Copies of the seed chat model that are other models of the same family: its weights, or a word, changed in place.</summary>
internal static class NoisyCopy
{
    private const int Q80 = 8, BlockBytes = 34, ScaleBytes = 2;

    /// <param name="file">Where.</param>
    /// <param name="strength">How far a weight may move, in steps of its quantisation.</param>
    /// <param name="part">What the names of the changed tensors contain.</param>
    internal static void Write(string file, int strength, string part)
    {
        var random = new Random(1);
        var bytes = File.ReadAllBytes(SeedModels.ChatFile);
        var header = GgufReader.Read(SeedModels.ChatFile);
        var changed = 0;
        foreach (var tensor in header.Tensors.Where(t => t.Type == Q80 && t.Name.Contains(part, StringComparison.Ordinal)))
        {
            var data = bytes.AsSpan((int)(header.DataOffset + tensor.Offset), (int)tensor.Bytes);
            for (var i = 0; i < data.Length; i++)
            {
                if (i % BlockBytes >= ScaleBytes) { data[i] = (byte)(sbyte)Math.Clamp((sbyte)data[i] + random.Next(-strength, strength + 1), -127, 127); }
            }
            changed++;
        }
        Assert.True(changed > 0);
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>Another word in the place of one token.</summary>
    internal static void WriteWithAnotherWord(string file)
    {
        var bytes = File.ReadAllBytes(SeedModels.ChatFile);
        var at = bytes.AsSpan().IndexOf("▁because"u8);
        Assert.True(at > 0);
        "▁xqzwkvj"u8.CopyTo(bytes.AsSpan(at));
        File.WriteAllBytes(file, bytes);
    }
}
