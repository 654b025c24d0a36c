using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Models;

/// <summary>What a model will take, told from its file's header before anything is loaded. Models that share heads need less; the estimate is what the file does not deny.</summary>
internal static class MemoryEstimate
{
    private const long BytesPerElement = 2; // keys and values are kept as f16
    private const long BytesPerNumber = 4, Working = 8; // rows of the width that a pass holds at once, about
    private const long Most = 1L << 60; // more than any machine has; sums of it stay positive

    /// <param name="id">The model's id.</param>
    /// <param name="header">Its file's.</param>
    /// <param name="tokens">Of context, all slots together.</param>
    /// <param name="batch">Tokens in one pass.</param>
    /// <param name="outputs">Rows of logits kept.</param>
    internal static IReadOnlyList<MemoryUse> Of(string id, GgufHeader header, int tokens, int batch, int outputs)
    {
        var architecture = header.Metadata["general.architecture"].Text + ".";
        var width = Number(header, architecture + "embedding_length", 0);
        var vocabulary = header.Metadata.GetValueOrDefault("tokenizer.ggml.tokens")?.Count ?? 0;
        var inner = Number(header, architecture + "feed_forward_length", 4 * width);
        var passes = Bounded((Int128)BytesPerNumber * batch * (Working * (Int128)width + 2 * (Int128)inner) + (Int128)BytesPerNumber * outputs * vocabulary);
        return [new MemoryUse(id, "weights", header.Tensors.Sum(t => t.Bytes)), new MemoryUse(id, "context", KeysAndValues(header, architecture, width, tokens) + passes)];
    }

    private static long KeysAndValues(GgufHeader header, string architecture, long width, int tokens)
    {
        var heads = Math.Max(1, Number(header, architecture + "attention.head_count", 1));
        var shared = Number(header, architecture + "attention.head_count_kv", heads);
        var key = Number(header, architecture + "attention.key_length", width / heads);
        var value = Number(header, architecture + "attention.value_length", width / heads);
        return Bounded((Int128)BytesPerElement * tokens * Number(header, architecture + "block_count", 0) * shared * ((Int128)key + value));
    }

    /// <summary>A header may name any numbers: their product is more than there is, not less than nothing.</summary>
    private static long Bounded(Int128 bytes) => (long)Int128.Min(bytes, Most);

    /// <summary>A number, or the largest of a list with one a layer.</summary>
    private static long Number(GgufHeader header, string key, long otherwise) => header.Metadata.GetValueOrDefault(key) switch
    {
        { Type: GgufType.List, Count: > 0 } list => (long)Math.Clamp(list.Most, 0, int.MaxValue),
        { Numbers: [var number, ..] } => (long)Math.Clamp(number, 0, int.MaxValue),
        _ => otherwise,
    };
}
