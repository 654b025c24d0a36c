using Platform.Retrieval.Access;
using Platform.Retrieval.Chunking;

namespace Platform.Retrieval.Search;

/// <summary>Which lists are searched.</summary>
public enum SearchMode { Fused, Dense, Lexical }

/// <summary>A question to the index.</summary>
public sealed record SearchQuery(string Text, IReadOnlyList<Guid> BaseIds, int Top = 8, SearchMode Mode = SearchMode.Fused);

/// <summary>A found passage.</summary>
/// <param name="Score">Fused score, larger is better, comparable inside one result only.</param>
/// <param name="Relevance">0 to 1, comparable across questions: how much of the question's weight (inverse document frequency) the passage covers, with the cosine. Thresholds act on this.</param>
public sealed record SearchHit(Passage Passage, string DocumentName, string MediaType, int DocumentVersion, double Score, double Relevance, double? DenseScore, int? DenseRank, double? LexicalScore, int? LexicalRank);

/// <summary>Hits, best first, and the time taken.</summary>
public sealed record SearchResult(IReadOnlyList<SearchHit> Hits, TimeSpan Elapsed);

/// <summary>Dense and lexical search, fused by reciprocal rank, over the bases that the caller may read.</summary>
public sealed class SearchPassages
{
    public Task<SearchResult> SearchAsync(Caller caller, SearchQuery query, CancellationToken cancellation) => throw new NotImplementedException();
}
