using Platform.Retrieval.Access;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Evaluation;

/// <summary>Measures how long searches take while documents are taken in, and when they are in.</summary>
public sealed class RetrievalBench(SearchPassages search, TimeProvider time)
{
    /// <summary>Between two searches during the ingestion: as people ask, not as a load that slows it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private const int Rounds = 5;

    /// <summary>Takes the documents in while it searches, then searches in each mode. The first search after the start, which reads the vectors, is among those during the ingestion.</summary>
    public async Task<RetrievalBenchReport> RunAsync(Caller caller, Guid baseId, IReadOnlyList<GoldenQuestion> questions, Func<CancellationToken, Task> ingest, CancellationToken cancellation)
    {
        long started = time.GetTimestamp();
        Task ingesting = Task.Run(() => ingest(cancellation), cancellation);
        List<double> during = [];
        for (int i = 0; !ingesting.IsCompleted; i++)
        {
            during.Add((await SearchAsync(questions[i % questions.Count], SearchMode.Fused)).Milliseconds);
            await Task.Delay(Pause, time, cancellation);
        }

        await ingesting;
        TimeSpan taken = time.GetElapsedTime(started);
        Dictionary<SearchMode, List<(double Milliseconds, bool Found)>> after = [];
        for (int round = 0; round < Rounds; round++)
        {
            foreach (SearchMode mode in Enum.GetValues<SearchMode>())
            {
                foreach (GoldenQuestion question in questions)
                {
                    (after.TryGetValue(mode, out var times) ? times : after[mode] = []).Add(await SearchAsync(question, mode));
                }
            }
        }

        return new RetrievalBenchReport(
            taken, SearchTimes.Of(during), Times(SearchMode.Fused), Times(SearchMode.Dense), Times(SearchMode.Lexical), after[SearchMode.Fused].Average(s => s.Found ? 1.0 : 0));

        SearchTimes Times(SearchMode mode) => SearchTimes.Of(after[mode].ConvertAll(s => s.Milliseconds));

        async Task<(double Milliseconds, bool Found)> SearchAsync(GoldenQuestion question, SearchMode mode)
        {
            SearchResult result = await search.SearchAsync(caller, new SearchQuery(question.Question, [baseId], Mode: mode), cancellation);
            return (result.Elapsed.TotalMilliseconds, result.Hits.Any(h => h.DocumentName == question.Document));
        }
    }
}

/// <summary>What a bench of search showed.</summary>
/// <param name="Found">Share of the questions after the ingestion whose document was among the hits: a search that finds nothing is quick too.</param>
public sealed record RetrievalBenchReport(TimeSpan Ingest, SearchTimes During, SearchTimes Fused, SearchTimes Dense, SearchTimes Lexical, double Found);

/// <summary>Times of searches, milliseconds, the question's embedding included.</summary>
public sealed record SearchTimes(int Searches, double Median, double P95, double Slowest)
{
    internal static SearchTimes Of(IReadOnlyCollection<double> milliseconds) => new(
        milliseconds.Count, RetrievalMetrics.Quantile(milliseconds, 0.5), RetrievalMetrics.Quantile(milliseconds, 0.95), milliseconds.DefaultIfEmpty(0).Max());
}
