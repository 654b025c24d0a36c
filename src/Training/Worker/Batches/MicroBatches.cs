using Platform.Training.Graph;

namespace Platform.Training.Batches;

/// <summary>Splits the rows of a step into batches that are computed one after the other: texts of like length side by side, so that little is padding.</summary>
internal static class MicroBatches
{
    /// <param name="rows">Texts or pairs.</param>
    /// <param name="length">Tokens that a row is padded from.</param>
    /// <param name="textsARow">Sequences that a row takes.</param>
    /// <param name="mostTokens">Of a batch, padding included; a longer row stands alone.</param>
    internal static IEnumerable<List<T>> Split<T>(IEnumerable<T> rows, Func<T, int> length, int textsARow, int mostTokens)
    {
        var open = new List<T>();
        foreach (var row in rows.OrderByDescending(length)) // the sort keeps equals in their order
        {
            if (open.Count > 0 && Bucket.For(length(open[0]), (open.Count + 1) * textsARow, 1).AllTokens > mostTokens)
            {
                yield return open;
                open = [];
            }
            open.Add(row);
        }
        if (open.Count > 0) { yield return open; }
    }
}
