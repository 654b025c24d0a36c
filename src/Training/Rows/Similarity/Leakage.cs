namespace Platform.Training.Rows.Similarity;

/// <summary>Finds rows that are held out and stand nearly the same among those to learn from: their loss would measure memory, so nothing is measured by them. Every row to learn from counts, those that repeat another too. Only what is held out is kept in memory.</summary>
public sealed class Leakage
{
    private readonly LikenessIndex heldOut = new();
    private readonly HashSet<int> found = [];

    /// <summary>Places of the held-out rows that were found among the learned ones so far.</summary>
    public IReadOnlySet<int> Found => found;

    /// <summary>A row that is held out. All of them come before the first that is learned.</summary>
    /// <param name="text">As <see cref="TrainingRow.Exchange"/> says it.</param>
    public void HoldOut(int place, string text) => heldOut.Add(place, new Shingles(text));

    /// <summary>A row that is learned.</summary>
    public void Learn(string text) => found.UnionWith(heldOut.AllLike(new Shingles(text)).Select(like => like.Place));

    /// <summary>Places of the held-out rows that stand nearly the same among the others.</summary>
    public static IReadOnlySet<int> Find(IReadOnlyList<string> texts, IReadOnlyList<bool> isHeldOut, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(isHeldOut);
        Leakage leakage = new();
        foreach (var learned in (bool[])[false, true])
            for (var row = 0; row < texts.Count; row++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (isHeldOut[row] && !learned) leakage.HoldOut(row, texts[row]);
                if (!isHeldOut[row] && learned) leakage.Learn(texts[row]);
            }
        return leakage.Found;
    }
}
