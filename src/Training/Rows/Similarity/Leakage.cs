namespace Platform.Training.Rows.Similarity;

/// <summary>Finds rows that are held out and stand nearly the same among those to learn from, each part of them: their loss would measure memory, so nothing is measured by them. Every row to learn from counts, those that repeat another too. Only what is held out is kept in memory.</summary>
public sealed class Leakage
{
    private readonly LikenessIndex heldOut = new();
    private readonly Dictionary<int, Around> around = [];
    private readonly HashSet<int> found = [];

    /// <summary>Places of the held-out rows that were found among the learned ones so far.</summary>
    public IReadOnlySet<int> Found => found;

    /// <summary>A row that is held out. All of them come before the first that is learned.</summary>
    public void HoldOut(int place, RowParts row)
    {
        heldOut.Add(place, new Shingles(row.Exchange));
        around[place] = new Around(row);
    }

    /// <summary>A row that is learned.</summary>
    public void Learn(RowParts row)
    {
        Around own = new(row);
        found.UnionWith(heldOut.AllLike(new Shingles(row.Exchange)).Select(like => like.Place).Where(place => around[place].IsLike(own)));
    }

    /// <summary>Places of the held-out rows that stand nearly the same among the others.</summary>
    public static IReadOnlySet<int> Find(IReadOnlyList<RowParts> rows, IReadOnlyList<bool> isHeldOut, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(isHeldOut);
        Leakage leakage = new();
        foreach (var learned in (bool[])[false, true])
            for (var row = 0; row < rows.Count; row++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (isHeldOut[row] && !learned) leakage.HoldOut(row, rows[row]);
                if (!isHeldOut[row] && learned) leakage.Learn(rows[row]);
            }
        return leakage.Found;
    }

    // What stands beside the exchange; most rows never need it. Instructions of a line or two, or of none, are worded anew from one set of rows to the other, and the answer stays the same: only what is long enough to be what it is about, as a document, sets two rows apart.
    private sealed class Around(RowParts row)
    {
        private readonly Lazy<Shingles> system = new(() => new Shingles(row.System)), acts = new(() => new Shingles(row.Acts));

        public bool IsLike(Around other) => (!system.Value.IsLong || !other.system.Value.IsLong || system.Value.IsLike(other.system.Value)) && acts.Value.IsLike(other.acts.Value);
    }
}
