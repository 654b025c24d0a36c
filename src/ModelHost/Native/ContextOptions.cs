namespace Platform.ModelHost.Native;

/// <summary>The shape of a context.</summary>
public sealed record ContextOptions
{
    /// <summary>Tokens of memory, all sequences together.</summary>
    public required int MemoryTokens { get; init; }

    /// <summary>Most tokens in one call of decode, and in one pass of it.</summary>
    public required int BatchTokens { get; init; }

    /// <summary>Sequences that the memory tells apart.</summary>
    public required int Sequences { get; init; }

    public required int Threads { get; init; }

    /// <summary>Most rows of one sequence that a batch may ask logits for.</summary>
    public int OutputsPerSequence { get; init; } = 1;

    /// <summary>Most rows of a batch that may ask logits, all sequences together; room for them is made at once.</summary>
    public int Outputs { get; init; }

    /// <summary>Makes pooled vectors in place of logits.</summary>
    public bool Embeddings { get; init; }

    /// <summary>One memory that all sequences share, in place of an equal part for each.</summary>
    public bool SharedMemory { get; init; }

    /// <summary>How positions are stretched; null leaves what the model's file says.</summary>
    public ContextRope? Rope { get; init; }

    /// <summary>Keeps keys and values as F32 and computes attention plainly, to compare numbers. Else llama.cpp's choice, F16.</summary>
    public bool FullPrecision { get; init; }
}

/// <param name="Kind">llama.cpp's number: 0 none, 1 linear, 2 YaRN.</param>
/// <param name="Scale">Of the frequencies: one over the factor of the context.</param>
/// <param name="Base">Of the frequencies; 0 leaves the model's.</param>
/// <param name="OriginalTokens">Context of the training, for YaRN; 0 leaves the model's.</param>
public sealed record ContextRope(int Kind, float Scale, float Base, int OriginalTokens);
