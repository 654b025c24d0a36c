using Platform.Retrieval.Chunking;

namespace Platform.Retrieval.Index;

/// <summary>Finds passages by words and by meaning. Filters act inside the search, never after it.</summary>
public interface IPassageIndex
{
    /// <summary>At start: makes what the index is stored in, or checks it. Throws <see cref="StartRefusedException"/> when a newer program wrote it. Without this call it happens at first use.</summary>
    Task PrepareAsync(CancellationToken cancellation);

    /// <summary>
    /// Writes one version of a document at once, in place of what there is of that version and beside other versions: which of them counts is for the caller to say, who knows
    /// it by <see cref="Passage.Version"/>. A reader sees all of it or nothing, and a crash leaves all of it or nothing. Vectors must have the index's length and be finite and
    /// not zero (ArgumentException).
    /// </summary>
    Task WriteAsync(Guid baseId, Guid documentId, int version, string embeddingModel, IReadOnlyList<IndexedPassage> passages, CancellationToken cancellation);

    /// <summary>Deletes the other versions of a document, if there are any.</summary>
    Task KeepOnlyAsync(Guid baseId, Guid documentId, int version, CancellationToken cancellation);

    /// <summary>Documents of which there are several versions: their replacement was cut short, or is going on.</summary>
    Task<IReadOnlyList<(Guid BaseId, Guid DocumentId)>> UnsettledAsync(CancellationToken cancellation);

    /// <summary>Deletes all versions.</summary>
    Task DeleteDocumentAsync(Guid baseId, Guid documentId, CancellationToken cancellation);

    Task DeleteBaseAsync(Guid baseId, CancellationToken cancellation);

    /// <summary>Nearest by cosine, best first.</summary>
    Task<IReadOnlyList<ScoredPassage>> SearchDenseAsync(ReadOnlyMemory<float> query, PassageFilter filter, int top, CancellationToken cancellation);

    /// <summary>Best by BM25, best first.</summary>
    Task<IReadOnlyList<ScoredPassage>> SearchLexicalAsync(string query, PassageFilter filter, int top, CancellationToken cancellation);

    /// <summary>The passages of one version of a document in order; also those whose version is not known (0).</summary>
    Task<IReadOnlyList<Passage>> ListAsync(Guid baseId, Guid documentId, int version, CancellationToken cancellation);

    /// <summary>How many passages there are, and how many hold each of the terms (as QueryTerms makes them), over the whole index: by this a rare word weighs more than a common one.</summary>
    Task<TermCounts> CountTermsAsync(IReadOnlyCollection<string> terms, CancellationToken cancellation);

    /// <summary>What vectors the index holds; null while it holds none. Other models' vectors mean something else and are refused.</summary>
    Task<EmbeddingKind?> EmbeddingKindAsync(CancellationToken cancellation);
}

/// <summary>Vectors of one model.</summary>
/// <param name="Length">Numbers of a vector.</param>
public sealed record EmbeddingKind(string Model, int Length)
{
    /// <summary>True when vectors of the two can be compared: of the same model, named with the same revision (name@hash), or one of them without.</summary>
    public bool Matches(EmbeddingKind other) =>
        Length == other.Length && (Model == other.Model || Model.StartsWith(other.Model + "@", StringComparison.Ordinal) || other.Model.StartsWith(Model + "@", StringComparison.Ordinal));
}

/// <summary>A passage and its unit vector.</summary>
public sealed record IndexedPassage(Passage Passage, ReadOnlyMemory<float> Vector);

/// <summary>A found passage and its raw score (cosine, or BM25 with larger better).</summary>
public sealed record ScoredPassage(Passage Passage, double Score);

/// <summary>Passages in all, and those that hold each term; a term that none holds is left out.</summary>
public sealed record TermCounts(long Passages, IReadOnlyDictionary<string, long> Holding)
{
    /// <summary>Of an index without passages.</summary>
    public static TermCounts None { get; } = new(0, new Dictionary<string, long>());

    /// <summary>Inverse document frequency of what so many passages hold: ln(1 + (N − n + ½) / (n + ½)).</summary>
    public double Weight(long holding) => Math.Log(1 + ((Passages - holding + 0.5) / (holding + 0.5)));
}

/// <summary>What may be found: passages of these bases (none given finds nothing), and only of these documents when given.</summary>
public sealed record PassageFilter(IReadOnlyList<Guid> BaseIds, IReadOnlyList<Guid>? DocumentIds = null);
