using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Tests.Adapters;

/// <summary>Adapters of the seed chat model with random numbers: they mean nothing and change every answer.</summary>
internal static class RandomAdapter
{
    internal static readonly GgufHeader Model = GgufReader.Read(SeedModels.ChatFile);

    /// <param name="file">Where; put in place by a rename, as a registry is written.</param>
    /// <param name="seed">Of the numbers.</param>
    /// <param name="change">A last change before it is written.</param>
    internal static void Write(string file, int seed, Action<GgufWriter>? change = null, int rank = 4, Func<float, float>? number = null)
    {
        var random = new Random(seed);
        var writer = new GgufWriter().Set("general.type", "adapter").Set("general.architecture", Model.Metadata["general.architecture"].Text!).Set("adapter.type", "lora").Set("adapter.lora.alpha", (float)rank);
        foreach (var tensor in Model.Tensors.Where(t => t.Name.Contains("attn_q", StringComparison.Ordinal) || t.Name.Contains("ffn_down", StringComparison.Ordinal)))
        {
            writer.Add(tensor.Name + ".lora_a", [tensor.Shape[0], rank], Numbers(tensor.Shape[0] * rank));
            writer.Add(tensor.Name + ".lora_b", [rank, tensor.Shape[1]], Numbers(rank * tensor.Shape[1]));
        }
        change?.Invoke(writer);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using (var stream = File.Create(file + ".part")) { writer.Write(stream); }
        File.Move(file + ".part", file, overwrite: true);

        float[] Numbers(long count) => [.. Enumerable.Range(0, (int)count).Select(_ => (float)(random.NextDouble() - 0.5) * 0.6f).Select(n => number?.Invoke(n) ?? n)];
    }
}
