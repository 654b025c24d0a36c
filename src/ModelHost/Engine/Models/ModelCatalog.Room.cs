namespace Platform.ModelHost.Engine.Models;

/// <summary>Who leaves when something else needs the memory.</summary>
internal sealed partial class ModelCatalog
{
    /// <summary>Bytes that work beside the models may have: now, where those that nobody uses make room; and at most, where only those stay that never leave for it.</summary>
    internal (long Now, long Most) RoomForWork
    {
        get
        {
            var usual = UsualChatModel;
            lock (gate)
            {
                var (report, staying) = (ledger.Report, usual is null ? null : entries.GetValueOrDefault(usual));
                return (report.FreeBytes + Sum(e => MayLeave(e, staying)), report.TotalBytes - Sum(e => e.IsPinned || e == staying));

                long Sum(Func<ModelEntry, bool> counts) => entries.Values.Where(e => e.Loaded is not null && counts(e)).Sum(e => Held(report, e));
            }
        }
    }

    /// <summary>Sets memory aside for work beside the models. Those that nobody uses make room; the one that answers where none is named does not.</summary>
    /// <returns>False when there is not enough even so.</returns>
    internal async Task<bool> TrySetAsideAsync(IReadOnlyList<MemoryUse> uses, CancellationToken cancellation)
    {
        if (ledger.TryTake(uses)) { return true; }
        var usual = UsualChatModel;
        ModelEntry? staying;
        lock (gate) { staying = usual is null ? null : entries.GetValueOrDefault(usual); }
        await changing.WaitAsync(cancellation);
        try
        {
            while (!ledger.TryTake(uses))
            {
                if (!await TryMakeRoomAsync(wanted: null, uses, staying)) { return false; }
            }
            return true;
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Unloads those that nobody uses, the longest unused first, if that is enough for what is wanted; else none.</summary>
    private async Task<bool> TryMakeRoomAsync(ModelEntry? wanted, IReadOnlyList<MemoryUse> uses, ModelEntry? staying = null)
    {
        List<(ModelEntry Entry, LoadedModel? Model)> leaving;
        lock (gate)
        {
            if (Leaving(wanted, uses, staying) is not { } found) { return false; }
            leaving = [.. found.Select(e => (e, Detach(e)))];
        }
        foreach (var (entry, model) in leaving) { await FreeAsync(entry, model); }
        return true;
    }

    /// <summary>The loaded models that would leave for another, the longest unused first; null when all that nobody uses would not be enough. Only under the lock.</summary>
    /// <param name="wanted">What the room is for, where that is a model; what it holds already counts.</param>
    /// <param name="staying">One that does not leave.</param>
    /// <param name="coming">Bytes that are not free yet and counted as if they were.</param>
    private List<ModelEntry>? Leaving(ModelEntry? wanted, IReadOnlyList<MemoryUse> uses, ModelEntry? staying = null, long coming = 0)
    {
        var report = ledger.Report;
        var missing = uses.Sum(u => u.Bytes) - report.FreeBytes - coming - (wanted is null ? 0 : Held(report, wanted));
        List<ModelEntry> leaving = [];
        foreach (var unneeded in entries.Values.Where(e => MayLeave(e, staying) && e != wanted).OrderBy(e => e.LastUsed))
        {
            if (missing <= 0) { break; }
            leaving.Add(unneeded);
            missing -= Held(report, unneeded);
        }
        return missing <= 0 ? leaving : null;
    }

    private static bool MayLeave(ModelEntry entry, ModelEntry? staying) => entry is { Loaded: not null, Users: 0, IsPinned: false } && entry != staying;

    private static long Held(MemoryReport report, ModelEntry entry) => report.Uses.Where(u => u.Owner == entry.Id).Sum(u => u.Bytes);
}
