namespace Platform.Retrieval.Evaluation;

/// <summary>How well one way of searching found what was to be found. All shares are 0 to 1.</summary>
/// <param name="Name">dense, lexical, or fused with its dense weight.</param>
/// <param name="HitAt1">Share of questions whose first passage was right; <paramref name="HitAt5"/> of those with a right one among five.</param>
/// <param name="MeanReciprocalRank">Mean of 1 / rank of the first right passage among ten, 0 where there was none.</param>
public sealed record RetrievalMetrics(string Name, int Questions, double HitAt1, double HitAt5, double MeanReciprocalRank, double MedianMilliseconds)
{
    /// <summary>How many passages of each question are looked at.</summary>
    public const int Depth = 10;

    /// <param name="ranks">Rank of the first right passage of each question, from 1; 0 when none was right.</param>
    public static RetrievalMetrics Of(string name, IReadOnlyCollection<int> ranks, IEnumerable<double> milliseconds) => ranks.Count == 0 ? new(name, 0, 0, 0, 0, 0) : new(
        name, ranks.Count, ranks.Average(r => r == 1 ? 1.0 : 0), ranks.Average(r => r is >= 1 and <= 5 ? 1.0 : 0), ranks.Average(r => r > 0 ? 1.0 / r : 0),
        Quantile(milliseconds, 0.5));

    /// <summary>The value below which a share of the values lie; 0 when there are none.</summary>
    internal static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
    }
}

/// <summary>What a set of questions showed.</summary>
/// <param name="AnswerableRelevance">Relevance of the best passage of questions that the texts answer: the tenth lowest of a hundred, and the median.</param>
/// <param name="UnanswerableRelevance">The same of questions that they do not answer: the median, and the tenth highest of a hundred. A threshold belongs between the two.</param>
public sealed record RetrievalReport(IReadOnlyList<RetrievalMetrics> Metrics, (double Low, double Median) AnswerableRelevance, (double Median, double High) UnanswerableRelevance);
