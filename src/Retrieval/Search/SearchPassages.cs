using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Access;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Index;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Search;

/// <summary>Which lists are searched.</summary>
public enum SearchMode { Fused, Dense, Lexical }

/// <summary>A question to the index.</summary>
/// <param name="Related">Further words by which passages are found, such as synonyms; they count neither for meaning nor for relevance.</param>
public sealed record SearchQuery(string Text, IReadOnlyList<Guid> BaseIds, int Top = 8, SearchMode Mode = SearchMode.Fused, string Related = "");

/// <summary>A found passage.</summary>
/// <param name="Score">Fused score, larger is better, comparable inside one result only.</param>
/// <param name="Relevance">0 to 1, comparable across questions: how much of the question's weight (inverse document frequency) the passage covers, with the cosine. Thresholds act on this.</param>
public sealed record SearchHit(Passage Passage, string DocumentName, string MediaType, int DocumentVersion, double Score, double Relevance, double? DenseScore, int? DenseRank, double? LexicalScore, int? LexicalRank)
{
    /// <summary>By which the first hits stand where a reranking model judged them, larger is better; null where none did.</summary>
    public float? RerankScore { get; init; }
}

/// <summary>Hits, best first, the time taken, and how common the query's terms are in the index.</summary>
public sealed record SearchResult(IReadOnlyList<SearchHit> Hits, TimeSpan Elapsed, TermCounts Terms);

/// <summary>Finds passages in the bases that the caller may read.</summary>
public sealed class SearchPassages
{
    private readonly IDbContextFactory<RetrievalContext> _database;
    private readonly HybridSearch _search;
    private readonly TimeProvider _time;

    internal SearchPassages(IDbContextFactory<RetrievalContext> database, HybridSearch search, TimeProvider time) => (_database, _search, _time) = (database, search, time);

    /// <summary>Bases that the caller may not read are left out. Throws ModelHostException only for <see cref="SearchMode.Dense"/>: the other modes go on by words.</summary>
    public async Task<SearchResult> SearchAsync(Caller caller, SearchQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        long started = _time.GetTimestamp();
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        List<Guid> bases = await db.Bases.ReadableBy(caller).Where(b => query.BaseIds.Contains(b.Id)).Select(b => b.Id).ToListAsync(cancellation);
        if (bases.Count == 0 || string.IsNullOrWhiteSpace(query.Text))
        {
            return new SearchResult([], _time.GetElapsedTime(started), TermCounts.None);
        }

        CurrentDocuments current = new(db);
        (IReadOnlyList<Candidate> found, TermCounts terms) = await _search.FindAsync(query.Text, query.Related, query.Mode, query.Top, new PassageFilter(bases), current, cancellation);
        return new SearchResult([.. found.Select(c => Named(c, current[c.Passage.DocumentId]))], _time.GetElapsedTime(started), terms);
    }

    private static SearchHit Named(Candidate found, CurrentDocument document) => new(
        found.Passage, document.Name, document.MediaType, document.Version, found.Score, found.Relevance, found.DenseScore, found.DenseRank, found.LexicalScore, found.LexicalRank)
        { RerankScore = found.RerankScore };
}
