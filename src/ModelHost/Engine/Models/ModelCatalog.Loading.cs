using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Models;

/// <summary>How a model comes into memory. What takes long of that, reading the file through and trying it in a process of its own, keeps those waiting who want this model; and others only where a trial holds the memory that they need, or has none beside what is loaded and takes the model's own.</summary>
internal sealed partial class ModelCatalog
{
    internal Task<ModelInfo> LoadAsync(string id, CancellationToken cancellation) => LoadAsync(id, null, cancellation);

    /// <summary>Loads a model; one that is loaded otherwise than it shall be is loaded anew, and answers until the file is known to be usable. Null settings take those of the last time.</summary>
    /// <exception cref="EngineException">ModelNotFound, BadRequest, InvalidModelFile, OutOfMemory; Busy when it would have to be loaded anew and serves requests.</exception>
    internal async Task<ModelInfo> LoadAsync(string id, LoadSettings? settings, CancellationToken cancellation)
    {
        using var turn = await TurnAsync(id, cancellation);
        var entry = turn.Entry;
        settings ??= SettingsOf(entry);
        lock (gate)
        {
            if (entry.Loaded is { } there && settings == entry.Settings) { return there.Info; }
            RefuseWhileUsed(entry);
            entry.IsLoading = true;
        }
        try
        {
            var file = await Task.Run(() => loader.Check(entry.Id, entry.Path, entry.Embeds, settings, cancellation), cancellation);
            await TryAsync(entry, file, cancellation);
            return await BringInAsync(entry, file, settings, cancellation);
        }
        catch (EngineException fault) when (fault.Kind == EngineErrorKind.InvalidModelFile)
        {
            lock (gate) { entry.Failure = fault.InnerException is GgufException ? fault.InnerException.Message : fault.Message; }
            throw;
        }
        finally
        {
            ledger.Release(TrialOf(entry));
            lock (gate) { entry.IsLoading = false; }
        }
    }

    /// <summary>Waits until nobody else loads, unloads or deletes a model.</summary>
    /// <returns>The model, to be disposed of when it is another's turn.</returns>
    /// <exception cref="EngineException">ModelNotFound; Failed when the engine is stopping.</exception>
    private async Task<EntryTurn> TurnAsync(string id, CancellationToken cancellation)
    {
        for (; ; )
        {
            Discover(id);
            ModelEntry entry;
            lock (gate) { entry = Known(id); }
            await entry.Turn.WaitAsync(cancellation);
            lock (gate)
            {
                if (!stopping && entries.GetValueOrDefault(entry.Id) == entry) { return new EntryTurn(entry); }
            }
            entry.Turn.Release(); // it was deleted meanwhile, or the service stops
        }
    }

    /// <summary>Tries a file that is loaded for the first time. The memory for that is kept until the model's own is taken. Where there is none, not even by letting others go that would go for the model itself, it is tried once the model's own is taken.</summary>
    private async Task TryAsync(ModelEntry entry, ModelFile file, CancellationToken cancellation)
    {
        if (tryOut.IsTried(file)) { return; }
        var uses = TryModel.Uses(TrialOf(entry), file.Header);
        await ChangingAsync(entry, file.Uses, cancellation);
        try
        {
            lock (gate)
            {
                if (Leaving(entry, file.Uses) is null) { return; } // it cannot be loaded, so nobody goes for its trial
            }
            while (!ledger.TryTake(uses))
            {
                if (!await TryMakeRoomAsync(wanted: null, uses, staying: entry)) { return; }
            }
        }
        finally
        {
            changing.Release();
        }
        await tryOut.TryAsync(file, cancellation);
    }

    private async Task<ModelInfo> BringInAsync(ModelEntry entry, ModelFile file, LoadSettings settings, CancellationToken cancellation)
    {
        await ChangingAsync(entry, file.Uses, cancellation);
        try
        {
            if (entry.Loaded is not null && Fit(entry, settings) is { Fits: false } no) { throw new EngineException(EngineErrorKind.OutOfMemory, no.Reason!); } // rather than to be left with none
            LoadedModel? former;
            lock (gate)
            {
                Known(entry.Id); // refuses when the engine is stopping
                former = Detach(entry);
            }
            await FreeAsync(entry, former);
            var loaded = await Task.Run(() => LoadInto(entry, file, cancellation), cancellation);
            lock (gate) { (entry.Loaded, entry.Settings, entry.Failure, entry.LastUsed) = (loaded, settings, null, time.GetTimestamp()); }
            KeepSettings(entry, settings);
            return loaded.Info;
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Takes <see cref="changing"/> for a model, whose own trial is over or not begun. Where what it lacks is held by the trials of others it waits for those: they give it back by themselves.</summary>
    private async Task ChangingAsync(ModelEntry entry, IReadOnlyList<MemoryUse> uses, CancellationToken cancellation)
    {
        for (; ; )
        {
            await changing.WaitAsync(cancellation);
            ledger.Release(TrialOf(entry)); // two who wait must not hold what the other waits for
            var freed = ledger.Freed; // before the look: no word of it is missed
            var trials = ledger.Report.Uses.Where(use => ModelTryOut.IsTrial(use)).Sum(use => use.Bytes);
            lock (gate)
            {
                if (trials == 0 || Leaving(entry, uses) is not null || Leaving(entry, uses, coming: trials) is null) { return; }
            }
            changing.Release();
            await freed.WaitAsync(cancellation);
        }
    }

    private async Task<LoadedModel> LoadInto(ModelEntry entry, ModelFile file, CancellationToken cancellation)
    {
        while (!ledger.TryTake(file.Uses))
        {
            if (!await TryMakeRoomAsync(entry, file.Uses)) { throw ledger.Refusal(file.Uses); }
        }
        try
        {
            await tryOut.TryAsync(file, cancellation); // nothing is done where it was tried
            return loader.Load(file, cancellation);
        }
        catch
        {
            ledger.Release(entry.Id);
            throw;
        }
    }

    private static string TrialOf(ModelEntry entry) => ModelTryOut.Trial + entry.Id;

    /// <summary>A model that nobody else loads, unloads or deletes.</summary>
    private sealed class EntryTurn(ModelEntry entry) : IDisposable
    {
        internal ModelEntry Entry => entry;

        public void Dispose() => entry.Turn.Release();
    }
}
