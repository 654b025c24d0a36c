using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Retrieval.Access;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Embedding;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Evaluation;

/// <summary>Measures search on questions with known answers: by meaning, by words, and both.</summary>
public sealed class RetrievalEvaluation
{
    private readonly SearchPassages _search;
    private readonly SectionChunker _chunker;
    private readonly PassageEmbedder _embedder;
    private readonly RetrievalOptions _options;
    private readonly TimeProvider _time;

    internal RetrievalEvaluation(SearchPassages search, SectionChunker chunker, PassageEmbedder embedder, IOptions<RetrievalOptions> options, TimeProvider time) =>
        (_search, _chunker, _embedder, _options, _time) = (search, chunker, embedder, options.Value, time);

    /// <summary>Questions about documents that lie in bases. A passage is right when it is of the named document and holds an answer word for word (or, where no answers are given, is on the named page).</summary>
    public Task<RetrievalReport> RunAsync(Caller caller, IReadOnlyList<Guid> baseIds, IReadOnlyList<GoldenQuestion> questions, CancellationToken cancellation) => MeasureAsync(
        questions,
        new[] { SearchMode.Dense, SearchMode.Lexical, SearchMode.Fused }.Select(mode => new Way(
            NameOf(mode, _options.DenseWeight),
            async question =>
            {
                SearchResult result = await _search.SearchAsync(caller, new SearchQuery(question.Question, baseIds, RetrievalMetrics.Depth, mode), cancellation);
                return [.. result.Hits.Select(hit => (GoldenMatch.IsRight(question, hit.DocumentName, hit.Passage), hit.Relevance))];
            })));

    /// <summary>Questions that bring their texts along: every context goes into a throw-away index. A passage is right when it is of the question's context.</summary>
    /// <param name="denseWeights">Fusion is measured at each of these weights; none given takes the configured one.</param>
    public async Task<RetrievalReport> RunOnContextsAsync(IReadOnlyList<GoldenQuestion> questions, IReadOnlyList<double> denseWeights, CancellationToken cancellation)
    {
        using ThrowAwayIndex index = new(_chunker, _embedder);
        await index.AddAsync(questions.Select(q => q.Context).OfType<string>().Distinct(), cancellation);
        IEnumerable<(SearchMode Mode, double Weight)> ways =
            [(SearchMode.Dense, 1), (SearchMode.Lexical, 0), .. denseWeights.DefaultIfEmpty(_options.DenseWeight).Select(weight => (SearchMode.Fused, weight))];
        return await MeasureAsync(questions, ways.Select(way =>
        {
            HybridSearch search = new(index.Passages, _embedder, Options.Create(new RetrievalOptions { DenseWeight = way.Weight, FusionConstant = _options.FusionConstant }), NullLogger<HybridSearch>.Instance);
            return new Way(NameOf(way.Mode, way.Weight), async question =>
            {
                IReadOnlyList<Candidate> found = await search.FindAsync(question.Question, way.Mode, RetrievalMetrics.Depth, index.Everything, current: null, cancellation);
                return [.. found.Select(c => (question.Context is { } context && c.Passage.DocumentId == ThrowAwayIndex.IdOf(context), c.Relevance))];
            });
        }));
    }

    private static string NameOf(SearchMode mode, double weight) => mode switch
    {
        SearchMode.Dense => "dense",
        SearchMode.Lexical => "lexical",
        _ => string.Create(CultureInfo.InvariantCulture, $"fused, dense weight {weight:0.##}"),
    };

    private async Task<RetrievalReport> MeasureAsync(IReadOnlyList<GoldenQuestion> questions, IEnumerable<Way> ways)
    {
        List<RetrievalMetrics> metrics = [];
        List<double> answerable = [], unanswerable = [];
        foreach (Way way in ways)
        {
            List<int> ranks = [];
            List<double> milliseconds = [];
            (answerable, unanswerable) = ([], []); // those of the last way, which is fused, are reported
            foreach (GoldenQuestion question in questions)
            {
                long started = _time.GetTimestamp();
                List<(bool Right, double Relevance)> hits = await way.SearchAsync(question);
                milliseconds.Add(_time.GetElapsedTime(started).TotalMilliseconds);
                (question.Answerable ? answerable : unanswerable).Add(hits.Select(h => h.Relevance).DefaultIfEmpty(0).Max());
                if (question.Answerable)
                {
                    ranks.Add(hits.FindIndex(h => h.Right) + 1);
                }
            }

            metrics.Add(RetrievalMetrics.Of(way.Name, ranks, milliseconds));
        }

        return new RetrievalReport(
            metrics, (RetrievalMetrics.Quantile(answerable, 0.1), RetrievalMetrics.Quantile(answerable, 0.5)), (RetrievalMetrics.Quantile(unanswerable, 0.5), RetrievalMetrics.Quantile(unanswerable, 0.9)));
    }

    private sealed record Way(string Name, Func<GoldenQuestion, Task<List<(bool Right, double Relevance)>>> SearchAsync);
}
