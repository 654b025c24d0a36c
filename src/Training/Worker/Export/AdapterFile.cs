using Platform.ModelHost.Native.Gguf;
using Platform.ModelHost.Native.Tensors;
using Platform.Training.Graph;

namespace Platform.Training.Export;

/// <summary>Writes an adapter as a GGUF that llama.cpp and <see cref="AdapterCheck"/> read.</summary>
public static class AdapterFile
{
    /// <param name="adapter">What was trained.</param>
    /// <param name="model">The base model's file, for its header.</param>
    /// <param name="modelSha256">The hash of that file, which the adapter will name.</param>
    /// <param name="path">Where the file appears, whole or not at all.</param>
    /// <exception cref="GgufException">What was written is not what can be served: it holds infinite numbers or NaN.</exception>
    public static void Write(LoraWeights adapter, string model, string modelSha256, string path) =>
        Write(GgufReader.Read(model), modelSha256, adapter.Options.Alpha, adapter.Trained.Select(t => (t.Name, t.Value.Length(0), t.Value.Length(1), t.Value.ToArray())), path);

    /// <param name="modelSha256">Null names no base.</param>
    /// <param name="tensors">Names as in the base with .lora_a [in, rank] and .lora_b [rank, out].</param>
    internal static void Write(GgufHeader model, string? modelSha256, float alpha, IEnumerable<(string Name, long Length, long Rows, float[] Numbers)> tensors, string path)
    {
        var writer = new GgufWriter().Set("general.type", "adapter").Set("general.architecture", model.Metadata["general.architecture"].Text!).Set("adapter.type", "lora").Set("adapter.lora.alpha", alpha);
        if (modelSha256 is not null) { writer.Set(AdapterCheck.BaseSha256Key, modelSha256); }
        foreach (var (name, length, rows, numbers) in tensors) { writer.Add(name, [length, rows], numbers); }
        WholeFile.Write(path, file =>
        {
            writer.Write(file);
            file.Position = 0;
            AdapterCheck.Run(file, model, modelSha256 ?? "");
        });
    }

    /// <summary>Puts a file's weights into an adapter of the same shape.</summary>
    /// <exception cref="TrainingException">It has other tensors than the adapter.</exception>
    internal static void Read(string path, LoraWeights adapter)
    {
        using var file = File.OpenRead(path);
        var header = GgufReader.Read(file, file.Length);
        var table = header.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (var trained in adapter.Trained)
        {
            if (!table.TryGetValue(trained.Name, out var tensor) || tensor.Type != (int)TensorType.F32 || !tensor.Shape.SequenceEqual([trained.Value.Length(0), trained.Value.Length(1)]))
            {
                throw new TrainingException(TrainingFault.Job, $"The adapter {Path.GetFileName(path)} has no '{trained.Name}' of the job's shape: job.json was changed after it was trained.");
            }
            var bytes = new byte[tensor.Bytes];
            file.Position = header.DataOffset + tensor.Offset;
            file.ReadExactly(bytes);
            trained.Value.WriteBytes(bytes);
        }
    }
}
