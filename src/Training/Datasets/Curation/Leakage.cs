namespace Platform.Training.Datasets.Curation;

/// <param name="Evaluation">Place of the row that is held back.</param>
/// <param name="Training">Place of the row to learn from that gives it away.</param>
/// <param name="Likeness">Share of common shingles, 0 to 1.</param>
public sealed record Leak(int Evaluation, int Training, double Likeness);

/// <summary>Finds rows that are held back and stand nearly the same among those to learn from: their loss would measure memory. Every row to learn from counts, those that repeat another too.</summary>
public static class Leakage
{
    /// <summary>One leak for each row that is held back and has one.</summary>
    public static IReadOnlyList<Leak> Find(IReadOnlyList<string> texts, IReadOnlyList<bool> heldBack, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(heldBack);
        LikenessIndex learned = new();
        for (var row = 0; row < texts.Count; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!heldBack[row]) learned.Add(row, texts[row]);
        }
        List<Leak> leaks = [];
        for (var row = 0; row < texts.Count; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (heldBack[row] && learned.Like(texts[row]) is { } like)
                leaks.Add(new(row, like.Place, like.Likeness));
        }
        return leaks;
    }
}
