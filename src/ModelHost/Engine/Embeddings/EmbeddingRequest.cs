namespace Platform.ModelHost.Engine.Embeddings;

/// <summary>Inputs to embed, as text or as token ids (one of the two). Too long an input is refused unless <see cref="Truncate"/>.</summary>
public sealed record EmbeddingRequest(string ModelId, IReadOnlyList<string>? Texts, IReadOnlyList<IReadOnlyList<int>>? Tokens = null, bool Truncate = false)
{
    /// <summary>The first text is a query and the others are documents; refusals name them so.</summary>
    public bool IsComparison { get; init; }
}

/// <summary>Vectors [inputs][EmbeddingLength], unit length, and the tokens read.</summary>
public sealed record EmbeddingResult(IReadOnlyList<float[]> Vectors, int PromptTokens);
