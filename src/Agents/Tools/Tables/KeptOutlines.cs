namespace Platform.Agents.Tools.Tables;

/// <summary>Outlines of sheets, by document and version, in as much memory as is allowed.</summary>
/// <remarks>Where there is no room, what no listing has met since the one that needs it began makes room, and after that what comes is not kept: a listing that is too large for the room finds as much of itself again the next time as fits, and not nothing.</remarks>
/// <param name="most">Characters of all that is kept, and so many for each sheet beside its own.</param>
internal sealed class KeptOutlines(long most)
{
    private const int OfItself = 200;

    private readonly Lock changing = new();
    private readonly Dictionary<(Guid Document, int Version), Entry> kept = [];
    private long listings, clearedFor, size;

    /// <summary>The number of a listing that begins.</summary>
    public long Begin() => Interlocked.Increment(ref listings);

    /// <summary>What is kept of a document, for a listing; null for nothing.</summary>
    public IReadOnlyList<SheetOutline>? Find((Guid Document, int Version) key, long listing)
    {
        lock (changing)
        {
            if (!kept.TryGetValue(key, out var found))
                return null;
            found.MetBy = Math.Max(found.MetBy, listing);
            return found.Outlines;
        }
    }

    /// <summary>Keeps what a listing read, if there is room.</summary>
    public void Keep((Guid Document, int Version) key, IReadOnlyList<SheetOutline> outlines, long listing)
    {
        var needs = outlines.Sum(SizeOf);
        lock (changing)
        {
            if (size + needs > most && clearedFor < listing)
            {
                clearedFor = listing;
                foreach (var (old, entry) in kept.Where(one => one.Value.MetBy < listing).ToList())
                {
                    kept.Remove(old);
                    size -= entry.Size;
                }
            }
            if (size + needs <= most && kept.TryAdd(key, new(outlines, needs) { MetBy = listing }))
                size += needs;
        }
    }

    private static long SizeOf(SheetOutline outline) => OfItself + outline.Sheet.Length + outline.Columns.Sum(column => (long)column.Length) + outline.First.Sum(row => row.Sum(cell => (long)cell.Length));

    private sealed class Entry(IReadOnlyList<SheetOutline> outlines, long size)
    {
        public IReadOnlyList<SheetOutline> Outlines => outlines;

        public long Size => size;

        /// <summary>The newest listing that found it.</summary>
        public long MetBy { get; set; }
    }
}
