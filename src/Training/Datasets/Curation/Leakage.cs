namespace Platform.Training.Datasets.Curation;

/// <param name="Evaluation">Place of the row that is held back.</param>
/// <param name="Training">Place of the row to learn from that gives it away.</param>
/// <param name="Likeness">Share of common shingles, 0 to 1.</param>
public sealed record Leak(int Evaluation, int Training, double Likeness);

/// <summary>Finds rows that are held back and stand nearly the same among those to learn from: their loss would measure memory.</summary>
public static class Leakage
{
    public static IReadOnlyList<Leak> Find(IReadOnlyList<string> texts, IReadOnlyList<bool> heldBack, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(heldBack);
        // Rows to learn from come first, and what is held back is compared with them alone.
        var order = Enumerable.Range(0, texts.Count).OrderBy(place => heldBack[place]).ToArray();
        var first = NearDuplicates.FirstLike([.. order.Select(place => texts[place])], cancellation, heldBack.Count(held => !held));
        List<Leak> leaks = [];
        for (var i = 0; i < order.Length; i++)
        {
            var (row, like) = (order[i], order[first[i]]);
            if (heldBack[row] && !heldBack[like])
                leaks.Add(new(row, like, NearDuplicates.Likeness(texts[row], texts[like])));
        }
        return leaks;
    }
}
