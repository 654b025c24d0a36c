namespace Platform.ModelHost.Engine.Models;

/// <summary>Who leaves when something else needs the memory.</summary>
internal sealed partial class ModelCatalog
{
    /// <summary>Sets memory aside for work beside the models. Those that nobody uses make room; the one that answers where none is named does not.</summary>
    /// <exception cref="EngineException">Kind OutOfMemory, with the numbers.</exception>
    internal async Task SetAsideAsync(MemoryUse use, CancellationToken cancellation)
    {
        if (ledger.TryTake([use])) { return; }
        var usual = UsualChatModel;
        ModelEntry? staying;
        lock (gate) { staying = usual is null ? null : entries.GetValueOrDefault(usual); }
        await changing.WaitAsync(cancellation);
        try
        {
            while (!ledger.TryTake([use])) { await MakeRoomAsync(wanted: null, [use], staying); }
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Unloads those that nobody uses, the longest unused first, if that is enough for what is wanted; else none.</summary>
    private async Task MakeRoomAsync(ModelEntry? wanted, IReadOnlyList<MemoryUse> uses, ModelEntry? staying = null)
    {
        List<(ModelEntry Entry, LoadedModel? Model)> leaving;
        lock (gate) { leaving = [.. (Leaving(wanted, uses, staying) ?? throw ledger.Refusal(uses)).Select(e => (e, Detach(e)))]; }
        foreach (var (entry, model) in leaving) { await FreeAsync(entry, model); }
    }

    /// <summary>The loaded models that would leave for another, the longest unused first; null when all that nobody uses would not be enough. Only under the lock.</summary>
    /// <param name="wanted">What the room is for, where that is a model; what it holds already counts.</param>
    /// <param name="staying">One that does not leave.</param>
    private List<ModelEntry>? Leaving(ModelEntry? wanted, IReadOnlyList<MemoryUse> uses, ModelEntry? staying = null)
    {
        var report = ledger.Report;
        long Held(ModelEntry e) => report.Uses.Where(u => u.Owner == e.Id).Sum(u => u.Bytes);
        var missing = uses.Sum(u => u.Bytes) - report.FreeBytes - (wanted is null ? 0 : Held(wanted));
        List<ModelEntry> leaving = [];
        foreach (var unneeded in entries.Values.Where(e => e is { Loaded: not null, Users: 0, IsPinned: false } && e != wanted && e != staying).OrderBy(e => e.LastUsed))
        {
            if (missing <= 0) { break; }
            leaving.Add(unneeded);
            missing -= Held(unneeded);
        }
        return missing <= 0 ? leaving : null;
    }
}
