using Platform.ModelHost.Native.Gguf;
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
    public static void Write(LoraWeights adapter, string model, string modelSha256, string path)
    {
        var header = GgufReader.Read(model);
        var writer = new GgufWriter().Set("general.type", "adapter").Set("general.architecture", header.Metadata["general.architecture"].Text!)
            .Set("adapter.type", "lora").Set("adapter.lora.alpha", adapter.Options.Alpha).Set(AdapterCheck.BaseSha256Key, modelSha256);
        foreach (var tensor in adapter.Trained) { writer.Add(tensor.Name, [tensor.Value.Length(0), tensor.Value.Length(1)], tensor.Value.ToArray()); }
        WholeFile.Write(path, file =>
        {
            writer.Write(file);
            file.Position = 0;
            AdapterCheck.Run(file, header, modelSha256);
        });
    }
}
