namespace Platform.ModelHost.Engine.Models;

/// <summary>A loaded model as callers see it.</summary>
/// <param name="Id">File name without .gguf, lower case; stable and free of paths.</param>
/// <param name="CanAnswer">False when the model's card says that its words are not answers (front matter `answers: false` of the .md beside the file).</param>
public sealed record ModelInfo(
    string Id, bool IsChat, bool IsEmbedding, bool CanAnswer, string Architecture,
    int TrainingContextTokens, int ContextTokens, int EmbeddingLength, long Parameters, long SizeBytes, int VocabularySize, int VocabularyType, DateTimeOffset LoadedAt, string Sha256)
{
    /// <summary>True when it judges how well documents fit a query.</summary>
    public bool IsReranker { get; init; }

    /// <summary>What its users ought to know, as that its own chat template cannot be used; null for nothing.</summary>
    public string? Warning { get; init; }
}
