using System.Globalization;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Models;

/// <summary>Refuses what cannot fit before the kernel kills the process for it. Only for models that stay in main memory.</summary>
internal static class MemoryEstimate
{
    private const long BytesPerElement = 2; // keys and values are kept as f16

    /// <summary>Bytes of keys and values for so many tokens. Models that share heads need less; the estimate is what the file does not deny.</summary>
    internal static long KeysAndValues(SafeLlamaModelHandle model, int tokens)
    {
        var architecture = model.Metadata("general.architecture") ?? "";
        var layers = Number(model, architecture + ".block_count");
        var width = Number(model, architecture + ".embedding_length");
        var heads = Math.Max(1, Number(model, architecture + ".attention.head_count"));
        var sharedHeads = Number(model, architecture + ".attention.head_count_kv");
        return 2 * BytesPerElement * tokens * layers * (sharedHeads > 0 ? width / heads * sharedHeads : width);
    }

    /// <exception cref="EngineException">Kind OutOfMemory.</exception>
    internal static void Check(string modelId, long bytes, string what)
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes; // the container's limit where there is one
        if (bytes > available)
        {
            throw new EngineException(EngineErrorKind.OutOfMemory, $"The model '{modelId}' needs about {Mebibytes(bytes)} MiB for {what}; this machine gives {Mebibytes(available)} MiB. Use a smaller model, or lower Engine:ContextTokens or Engine:Slots.");
        }
    }

    private static long Mebibytes(long bytes) => bytes >> 20;

    private static long Number(SafeLlamaModelHandle model, string key) =>
        long.TryParse(model.Metadata(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
