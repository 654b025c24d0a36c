using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Embedding;
using Platform.Retrieval.Index;
using Platform.Retrieval.Storage;

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
/// <param name="WordsOnly">True when the search by meaning was asked for and could not be made (the model service is away, or serves another model than the index was made with).</param>
public sealed record SearchResult(IReadOnlyList<SearchHit> Hits, TimeSpan Elapsed, bool WordsOnly = false);

/// <summary>Dense and lexical search, fused by reciprocal rank, over the bases that the caller may read.</summary>
public sealed class SearchPassages
{
    /// <summary>Candidates that each list gives at first, and at most when near duplicates crowd them out.</summary>
    private const int FirstDepth = 64;
    private const int LastDepth = 4096;

    private readonly IDbContextFactory<RetrievalContext> _database;
    private readonly IPassageIndex _index;
    private readonly PassageEmbedder _embedder;
    private readonly RetrievalOptions _options;
    private readonly TimeProvider _time;

    internal SearchPassages(IDbContextFactory<RetrievalContext> database, IPassageIndex index, PassageEmbedder embedder, IOptions<RetrievalOptions> options, TimeProvider time) =>
        (_database, _index, _embedder, _options, _time) = (database, index, embedder, options.Value, time);

    /// <summary>Bases that the caller may not read are left out. Throws ModelHostException only for <see cref="SearchMode.Dense"/>: the other modes go on by words.</summary>
    public async Task<SearchResult> SearchAsync(Caller caller, SearchQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        long started = _time.GetTimestamp();
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        List<Guid> bases = await db.Bases.ReadableBy(caller).Where(b => query.BaseIds.Contains(b.Id)).Select(b => b.Id).ToListAsync(cancellation);
        if (bases.Count == 0 || string.IsNullOrWhiteSpace(query.Text))
        {
            return new SearchResult([], _time.GetElapsedTime(started));
        }

        ReadOnlyMemory<float>? vector = query.Mode == SearchMode.Lexical ? null : await EmbedAsync(query, cancellation);
        List<Candidate> candidates = await FindAsync(query, vector, new PassageFilter(bases), cancellation);
        IReadOnlyList<SearchHit> hits = await DescribeAsync(db, query, candidates, cancellation);
        return new SearchResult(hits, _time.GetElapsedTime(started), WordsOnly: vector is null && query.Mode != SearchMode.Lexical);
    }

    /// <summary>The question's vector, or null when it cannot be had or would mean nothing to the index.</summary>
    private async Task<ReadOnlyMemory<float>?> EmbedAsync(SearchQuery query, CancellationToken cancellation)
    {
        if (await _index.EmbeddingModelAsync(cancellation) is not { } held)
        {
            return null;
        }

        try
        {
            (string model, ReadOnlyMemory<float> vector) = await _embedder.EmbedQuestionAsync(query.Text, cancellation);
            return model == held ? vector
                : query.Mode == SearchMode.Dense ? throw new ArgumentException($"The index was made with '{held}', and '{model}' is served: the two cannot be compared. Serve '{held}', or add the documents anew.", nameof(query))
                : null;
        }
        catch (ModelHostException) when (query.Mode == SearchMode.Fused)
        {
            return null;
        }
    }

    /// <summary>Distinct passages, best first; looks deeper while near duplicates leave too few.</summary>
    private async Task<List<Candidate>> FindAsync(SearchQuery query, ReadOnlyMemory<float>? vector, PassageFilter filter, CancellationToken cancellation)
    {
        for (int depth = Math.Max(FirstDepth, query.Top); ; depth *= 4)
        {
            Task<IReadOnlyList<ScoredPassage>> nothing = Task.FromResult<IReadOnlyList<ScoredPassage>>([]);
            Task<IReadOnlyList<ScoredPassage>> dense = vector is { } known ? _index.SearchDenseAsync(known, filter, depth, cancellation) : nothing;
            Task<IReadOnlyList<ScoredPassage>> lexical = query.Mode == SearchMode.Dense ? nothing : _index.SearchLexicalAsync(query.Text, filter, depth, cancellation);
            await Task.WhenAll(dense, lexical);

            double denseWeight = query.Mode == SearchMode.Dense ? 1 : _options.DenseWeight;
            NearDuplicates passages = new(query.Top);
            foreach (Candidate candidate in RankFusion.Fuse(await dense, denseWeight, await lexical, 1, _options.FusionConstant).TakeWhile(_ => !passages.Full))
            {
                passages.Offer(candidate);
            }

            bool all = (await dense).Count < depth && (await lexical).Count < depth;
            if (passages.Full || all || depth >= LastDepth)
            {
                return [.. passages.Distinct.Concat(passages.Copies).Take(query.Top)];
            }
        }
    }

    private async Task<IReadOnlyList<SearchHit>> DescribeAsync(RetrievalContext db, SearchQuery query, List<Candidate> candidates, CancellationToken cancellation)
    {
        List<Guid> ids = [.. candidates.Select(c => c.Passage.DocumentId).Distinct()];
        var documents = await db.Documents.Where(d => ids.Contains(d.Id)).Select(d => new { d.Id, d.Name, d.MediaType, d.Version }).ToDictionaryAsync(d => d.Id, cancellation);
        QuestionWeights weights = new(query.Text, await _index.CountTermsAsync([.. QueryTerms.ContentOf(query.Text).Distinct()], cancellation));

        // A passage whose document is gone was deleted while we searched.
        return [.. candidates.Where(c => documents.ContainsKey(c.Passage.DocumentId)).Select(c =>
        {
            var document = documents[c.Passage.DocumentId];
            double relevance = Relevance.Of(weights.Covered(c.Passage.Heading, c.Passage.Text), c.DenseScore);
            return new SearchHit(c.Passage, document.Name, document.MediaType, document.Version, c.Score, relevance, c.DenseScore, c.DenseRank, c.LexicalScore, c.LexicalRank);
        })];
    }
}
