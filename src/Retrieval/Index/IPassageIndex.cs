using Platform.Retrieval.Chunking;

namespace Platform.Retrieval.Index;

/// <summary>Finds passages by words and by meaning. Filters act inside the search, never after it.</summary>
public interface IPassageIndex
{
    /// <summary>At start: makes what the index is stored in, or checks it. Throws <see cref="StartRefusedException"/> when a newer program wrote it. Without this call it happens at first use.</summary>
    Task PrepareAsync(CancellationToken cancellation);

    /// <summary>Replaces all passages of a document at once: a reader sees the old ones or the new ones, and a crash leaves one or the other. Vectors must have the index's length and be finite and not zero (ArgumentException).</summary>
    Task ReplaceDocumentAsync(Guid baseId, Guid documentId, string embeddingModel, IReadOnlyList<IndexedPassage> passages, CancellationToken cancellation);

    Task DeleteDocumentAsync(Guid baseId, Guid documentId, CancellationToken cancellation);

    Task DeleteBaseAsync(Guid baseId, CancellationToken cancellation);

    /// <summary>Nearest by cosine, best first.</summary>
    Task<IReadOnlyList<ScoredPassage>> SearchDenseAsync(ReadOnlyMemory<float> query, PassageFilter filter, int top, CancellationToken cancellation);

    /// <summary>Best by BM25, best first.</summary>
    Task<IReadOnlyList<ScoredPassage>> SearchLexicalAsync(string query, PassageFilter filter, int top, CancellationToken cancellation);

    /// <summary>The passages of a document in order.</summary>
    Task<IReadOnlyList<Passage>> ListAsync(Guid baseId, Guid documentId, CancellationToken cancellation);

    /// <summary>Passages in a base.</summary>
    Task<long> CountAsync(Guid baseId, CancellationToken cancellation);

    /// <summary>How many passages there are, and how many hold each of the terms (as QueryTerms makes them), over the whole index: by this a rare word weighs more than a common one.</summary>
    Task<TermCounts> CountTermsAsync(IReadOnlyCollection<string> terms, CancellationToken cancellation);

    /// <summary>The model whose vectors the index holds; null while it holds none. Other models' vectors mean something else and are refused.</summary>
    Task<string?> EmbeddingModelAsync(CancellationToken cancellation);
}

/// <summary>A passage and its unit vector.</summary>
public sealed record IndexedPassage(Passage Passage, ReadOnlyMemory<float> Vector);

/// <summary>A found passage and its raw score (cosine, or BM25 with larger better).</summary>
public sealed record ScoredPassage(Passage Passage, double Score);

/// <summary>Passages in all, and those that hold each term; a term that none holds is left out.</summary>
public sealed record TermCounts(long Passages, IReadOnlyDictionary<string, long> Holding);

/// <summary>What may be found: passages of these bases (none given finds nothing), and only of these documents when given.</summary>
public sealed record PassageFilter(IReadOnlyList<Guid> BaseIds, IReadOnlyList<Guid>? DocumentIds = null);
