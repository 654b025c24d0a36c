using System.Numerics;
using System.Runtime.InteropServices;
using Platform.ModelHost.Native.Gguf;
using Platform.ModelHost.Native.Tensors;
using Platform.Training.Jobs;

namespace Platform.Training.Export;

/// <summary>Makes a model of its own of a base and an adapter: W + scale · alpha/rank · B A. What the adapter does not change is copied byte for byte.</summary>
public static class MergedModel
{
    /// <param name="model">The base's file, which <see cref="GgufCheck"/> must pass.</param>
    /// <param name="adapter">The adapter's file, which <see cref="AdapterCheck"/> must pass for that base.</param>
    /// <param name="path">Where the model appears, whole or not at all.</param>
    /// <param name="scale">How much of the adapter; 1 is as trained.</param>
    /// <exception cref="GgufException">One of the files is refused.</exception>
    public static void Write(string model, string adapter, string path, float scale = 1)
    {
        if (!float.IsFinite(scale) || Math.Abs(scale) > 8) { throw new TrainingException(TrainingFault.Job, $"The scale is {scale}; it must be -8 to 8."); }
        using var baseFile = File.OpenRead(model);
        using var adapterFile = File.OpenRead(adapter);
        var header = GgufReader.Read(baseFile, baseFile.Length);
        GgufCheck.Run(header);
        var (lora, _) = AdapterCheck.Run(adapterFile, header, JobIdentity.HashOf(model));
        var factors = lora.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        var alpha = lora.Metadata.GetValueOrDefault("adapter.lora.alpha") is { Numbers: [var number] } ? (float)number : 0;
        baseFile.Position = 0;
        var writer = new GgufWriter().CopyMetadata(header, baseFile);
        foreach (var tensor in header.Tensors)
        {
            long[] shape = [.. tensor.Shape];
            if (!factors.TryGetValue(tensor.Name + ".lora_a", out var a))
            {
                writer.Add(tensor.Name, shape, tensor.Type, target => target.Write(Bytes(baseFile, header, tensor)));
                continue;
            }
            if (shape.Length != 2 || tensor.Name == "token_embd.weight") { throw new TrainingException(TrainingFault.Model, $"The adapter changes '{tensor.Name}', which is not merged here: only matrices of projections are."); }
            var type = TypeFor((TensorType)tensor.Type, shape[0]);
            var b = factors[tensor.Name + ".lora_b"];
            // llama.cpp takes an alpha of 0 as one that says nothing.
            var strength = scale * (alpha == 0 ? 1 : alpha / a.Shape[1]);
            writer.Add(tensor.Name, shape, (int)type, target => target.Write(TensorData.FromFloats(type, Merged(Floats(baseFile, header, tensor), Floats(adapterFile, lora, a), Floats(adapterFile, lora, b), (int)shape[0], strength), (int)shape[0])));
        }
        WholeFile.Write(path, writer.Write);
    }

    /// <summary>The base's own, but for those that are only made with statistics of use: Q8_0 in their place, or BF16 where its rows do not pack.</summary>
    private static TensorType TypeFor(TensorType type, long length) =>
        TensorData.CanMake(type) ? type : TensorData.FitsRow(TensorType.Q8, length) ? TensorType.Q8 : TensorType.BF16;

    private static float[] Merged(float[] weights, float[] a, float[] b, int length, float strength)
    {
        var rank = a.Length / length;
        for (var row = 0; row < weights.Length / length; row++)
        {
            var target = MemoryMarshal.Cast<float, Vector<float>>(weights.AsSpan(row * length, length));
            for (var r = 0; r < rank; r++)
            {
                var factor = strength * b[row * rank + r];
                var source = a.AsSpan(r * length, length);
                var vectors = MemoryMarshal.Cast<float, Vector<float>>(source);
                for (var i = 0; i < target.Length; i++) { target[i] += factor * vectors[i]; }
                for (var i = target.Length * Vector<float>.Count; i < length; i++) { weights[row * length + i] += factor * source[i]; }
            }
        }
        return weights;
    }

    private static float[] Floats(FileStream file, GgufHeader header, GgufTensor tensor)
    {
        var floats = new float[tensor.Shape.Aggregate(1L, (x, y) => x * y)];
        TensorData.ToFloats((TensorType)tensor.Type, Bytes(file, header, tensor), floats);
        return floats;
    }

    private static byte[] Bytes(FileStream file, GgufHeader header, GgufTensor tensor)
    {
        if (tensor.Bytes > Array.MaxLength) { throw new TrainingException(TrainingFault.Model, $"The tensor '{tensor.Name}' has {tensor.Bytes} bytes; {Array.MaxLength} is the most that is merged here."); }
        var bytes = new byte[tensor.Bytes];
        file.Position = header.DataOffset + tensor.Offset;
        file.ReadExactly(bytes);
        return bytes;
    }
}
