using System.Globalization;
using Microsoft.Extensions.Options;
using Platform.Retrieval.Access;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Evaluation;

/// <summary>Measures search on questions with known answers: by meaning, by words, and both.</summary>
public sealed class RetrievalEvaluation
{
    private readonly SearchPassages _search;
    private readonly RetrievalOptions _options;
    private readonly TimeProvider _time;

    internal RetrievalEvaluation(SearchPassages search, IOptions<RetrievalOptions> options, TimeProvider time) => (_search, _options, _time) = (search, options.Value, time);

    /// <summary>Questions about documents that lie in bases. A passage is right when it is of the named document and holds an answer word for word (or, where no answers are given, is on the named page).</summary>
    /// <param name="queryOf">What is searched for a question; bases, depth and mode are set here.</param>
    public Task<RetrievalReport> RunAsync(Caller caller, IReadOnlyList<Guid> baseIds, IReadOnlyList<GoldenQuestion> questions, Func<GoldenQuestion, SearchQuery> queryOf, CancellationToken cancellation) => MeasureAsync(
        questions,
        new[] { SearchMode.Dense, SearchMode.Lexical, SearchMode.Fused }.Select(mode => new Way(
            NameOf(mode, _options.DenseWeight),
            async question =>
            {
                SearchResult result = await _search.SearchAsync(caller, queryOf(question) with { BaseIds = baseIds, Top = RetrievalMetrics.Depth, Mode = mode }, cancellation);
                return [.. result.Hits.Select(hit => (GoldenMatch.IsRight(question, hit.DocumentName, hit.Passage), hit.Relevance))];
            })));

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
