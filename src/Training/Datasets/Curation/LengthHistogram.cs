namespace Platform.Training.Datasets.Curation;

/// <param name="From">Least number of tokens of a row in it.</param>
/// <param name="To">Most number of tokens.</param>
public sealed record LengthBar(int From, int To, int Rows);

/// <summary>A row that is longer than the limit.</summary>
/// <param name="Ordinal">Its place in the dataset, from 1.</param>
/// <param name="Text">What it begins with.</param>
public sealed record LongRow(Guid Id, int Ordinal, int Tokens, string Text);

/// <summary>How long rows are, in tokens.</summary>
/// <param name="Total">Tokens of all rows.</param>
/// <param name="Cut">Rows that are longer than the limit asked about.</param>
public sealed record LengthHistogram(IReadOnlyList<LengthBar> Bars, int Median, int Longest, long Total, int Cut)
{
    /// <summary>Those that are longer than the limit, of those that a model counted; the longest first.</summary>
    public IReadOnlyList<LongRow> Longer { get; init; } = [];

    /// <summary>Rows that were counted.</summary>
    public int Counted => Bars.Sum(bar => bar.Rows);

    /// <summary>Whether there are more rows than were counted: then the total and what is cut are estimates.</summary>
    public bool IsEstimate { get; private init; }

    /// <summary>The same as a sample of so many rows.</summary>
    public LengthHistogram For(int rows) => Counted is > 0 and var counted && rows > counted ? this with { Total = Total * rows / counted, Cut = (int)((long)Cut * rows / counted), IsEstimate = true } : this;

    /// <param name="tokens">Of each row.</param>
    /// <param name="limit">Tokens that a row may have in training.</param>
    /// <param name="bars">At most so many of equal width.</param>
    public static LengthHistogram Of(IReadOnlyCollection<int> tokens, int limit, int bars = 24)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(bars, 1);
        if (tokens.Count == 0)
            return new([], 0, 0, 0, 0);
        int[] sorted = [.. tokens.Order()];
        // The limit lies on the edge of a bar when it is in reach, so that what is cut off can be seen as bars.
        var width = Math.Max(1, (int)Math.Ceiling(Math.Max(sorted[^1], Math.Min(limit, sorted[^1] * 2)) / (double)bars));
        var made = new LengthBar[sorted[^1] / width + 1];
        for (var i = 0; i < made.Length; i++)
            made[i] = new(i * width, (i + 1) * width - 1, 0);
        foreach (var length in sorted)
            made[length / width] = made[length / width] with { Rows = made[length / width].Rows + 1 };
        return new(made, sorted[sorted.Length / 2], sorted[^1], sorted.Sum(length => (long)length), sorted.Count(length => length > limit));
    }
}
