namespace Platform.ModelHost.Engine.Models;

/// <summary>The models by id; `model:adapter` finds the model. Loads what is asked for and lets go of what nobody uses: the longest unused first when another needs its room, and after a time anyway. A model that serves a request stays.</summary>
internal sealed partial class ModelCatalog : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim changing = new(1, 1); // one model at a time comes into memory or goes; taken after a model's own turn
    private readonly Dictionary<string, ModelEntry> entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly ModelLoader loader;
    private readonly ModelTryOut tryOut;
    private readonly MemoryLedger ledger;
    private readonly ModelRegistry registry;
    private readonly LoadPlans plans;
    private readonly FolderListing listing;
    private readonly TimeProvider time;
    private readonly TimeSpan idle;
    private readonly ITimer? sweeper;
    private volatile bool stopping;

    /// <param name="loader">Loads files.</param>
    /// <param name="tryOut">Tries files that are loaded for the first time.</param>
    /// <param name="ledger">What memory is left.</param>
    /// <param name="registry">Files that may be loaded when they are asked for.</param>
    /// <param name="plans">Say what a model takes.</param>
    /// <param name="idle">After so long without a request a model goes, if it is not pinned; zero keeps it.</param>
    /// <param name="time">Says what has been idle.</param>
    internal ModelCatalog(ModelLoader loader, ModelTryOut tryOut, MemoryLedger ledger, ModelRegistry registry, LoadPlans plans, TimeSpan idle, TimeProvider time)
    {
        (this.loader, this.tryOut, this.ledger, this.registry, this.plans, this.idle, this.time) = (loader, tryOut, ledger, registry, plans, idle, time);
        listing = new FolderListing(registry.Folder, time);
        if (idle > TimeSpan.Zero) { sweeper = time.CreateTimer(_ => _ = SweepAsync(), null, idle / 4, idle / 4); }
    }

    /// <summary>Loaded models.</summary>
    internal IReadOnlyList<ModelInfo> Infos
    {
        get { lock (gate) { return [.. entries.Values.Where(e => e.Loaded is not null).Select(e => e.Loaded!.Info)]; } }
    }

    /// <summary>Loaded models with all that serves them; one may be unloaded by the time it is looked at.</summary>
    internal IReadOnlyList<LoadedModel> Loaded
    {
        get { lock (gate) { return [.. entries.Values.Select(e => e.Loaded).OfType<LoadedModel>()]; } }
    }

    /// <summary>How busy each loaded model that writes is.</summary>
    internal IReadOnlyList<ModelLoad> Loads
    {
        get { lock (gate) { return [.. entries.Values.Select(e => e.Loaded?.Load).OfType<ModelLoad>()]; } }
    }

    /// <summary>Makes a file known under its name.</summary>
    /// <exception cref="EngineException">Kind BadRequest: another file has the name, or this one is known as of the other kind.</exception>
    internal string Add(string path, bool? embeds, bool pin)
    {
        var entry = Entry(registry.Folder.IdOf(path), Path.GetFullPath(path), embeds);
        var kept = registry.KeptOf(entry.Path);
        lock (gate)
        {
            if (entry.Path == Path.GetFullPath(path) && embeds is not null && entry.Embeds != embeds)
            {
                throw new EngineException(EngineErrorKind.BadRequest, $"The model '{entry.Id}' {(entry.Embeds is true ? "makes vectors and writes no text" : "writes text and makes no vectors")}. Name another one.");
            }
            if (entry.Path != Path.GetFullPath(path)) { throw new EngineException(EngineErrorKind.BadRequest, $"Two model files have the name '{entry.Id}'. Rename one: the name is the model's id."); }
            entry.IsPinned = kept?.IsPinned ?? (entry.IsPinned || pin);
            return entry.Id;
        }
    }

    /// <exception cref="EngineException">Kind ModelNotFound, or Failed when the engine is stopping.</exception>
    internal LoadedModel Find(string id)
    {
        Discover(id);
        lock (gate) { return Known(id).Loaded ?? throw NotFound(id, "is not loaded"); }
    }

    /// <summary>The hash of a model's file, read through where that is not known yet.</summary>
    /// <exception cref="EngineException">ModelNotFound; InvalidModelFile: it cannot be read.</exception>
    internal string HashOf(string id, CancellationToken cancellation)
    {
        try
        {
            return registry.Hash(FileOf(id).Path, cancellation);
        }
        catch (Exception fault) when (ModelHeader.IsFault(fault))
        {
            throw ModelHeader.Refusal(id, fault);
        }
    }

    /// <summary>A model's own id and its file, be it loaded or not.</summary>
    /// <exception cref="EngineException">Kind ModelNotFound.</exception>
    internal (string Id, string Path) FileOf(string id)
    {
        Discover(id);
        lock (gate)
        {
            var entry = Known(id);
            return (entry.Id, entry.Path);
        }
    }

    /// <summary>True when a model has this id.</summary>
    internal bool Has(string id)
    {
        Discover(id);
        lock (gate) { return entries.ContainsKey(id); }
    }

    /// <summary>The adapter that an id `model:adapter` names, or null.</summary>
    internal static string? AdapterOf(string id) => id.Split(':', 2) is [_, var adapter] ? adapter : null;

    /// <summary>A model held for one request, loaded if it is not; give it back to <see cref="Return"/>.</summary>
    /// <exception cref="EngineException">ModelNotFound, InvalidModelFile, OutOfMemory, Failed.</exception>
    internal async ValueTask<LoadedModel> TakeAsync(string id, CancellationToken cancellation)
    {
        Discover(id);
        for (; ; )
        {
            lock (gate)
            {
                var entry = Known(id);
                if (entry.Loaded is { } loaded)
                {
                    (entry.Users, entry.LastUsed) = (entry.Users + 1, time.GetTimestamp());
                    return loaded;
                }
            }
            await LoadAsync(id, cancellation);
        }
    }

    internal void Return(string id)
    {
        lock (gate)
        {
            var entry = Known(id, evenStopping: true);
            (entry.Users, entry.LastUsed) = (entry.Users - 1, time.GetTimestamp());
        }
    }

    /// <exception cref="EngineException">ModelNotFound; Busy while it serves requests.</exception>
    internal async Task UnloadAsync(string id, CancellationToken cancellation)
    {
        using var turn = await TurnAsync(id, cancellation);
        await changing.WaitAsync(cancellation);
        try
        {
            LoadedModel? former;
            lock (gate) { former = Detach(turn.Entry); }
            await FreeAsync(turn.Entry, former);
        }
        finally
        {
            changing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        stopping = true;
        if (sweeper is not null) { await sweeper.DisposeAsync(); }
        ModelEntry[] known;
        lock (gate) { known = [.. entries.Values]; }
        foreach (var entry in known) { await entry.Turn.WaitAsync(); } // a load that has begun comes to its end
        await changing.WaitAsync();
        foreach (var entry in known)
        {
            if (entry.Loaded is { } model) { await model.DisposeAsync(); }
        }
        changing.Release();
        foreach (var entry in known) { entry.Turn.Release(); } // who waits is told that the service stops
        await registry.DisposeAsync();
    }

    /// <summary>Takes a model out of service, in one with the look whether anybody uses it: no request can come between. Only under the lock.</summary>
    /// <returns>What is to be freed; null when it was not loaded.</returns>
    /// <exception cref="EngineException">Kind Busy.</exception>
    private static LoadedModel? Detach(ModelEntry entry)
    {
        RefuseWhileUsed(entry);
        var model = entry.Loaded;
        entry.Loaded = null;
        return model;
    }

    private async Task FreeAsync(ModelEntry entry, LoadedModel? model)
    {
        if (model is null) { return; }
        await model.DisposeAsync();
        ledger.Release(entry.Id);
    }

    private async Task SweepAsync()
    {
        if (stopping || !await changing.WaitAsync(TimeSpan.Zero)) { return; }
        try
        {
            List<(ModelEntry Entry, LoadedModel? Model)> unused;
            lock (gate) { unused = [.. entries.Values.Where(e => e is { Loaded: not null, Users: 0, IsPinned: false } && time.GetElapsedTime(e.LastUsed) >= idle).Select(e => (e, Detach(e)))]; }
            foreach (var (entry, model) in unused) { await FreeAsync(entry, model); }
        }
        finally
        {
            changing.Release();
        }
    }

    private ModelEntry Known(string id, bool evenStopping = false)
    {
        if (stopping && !evenStopping) { throw new EngineException(EngineErrorKind.Failed, "The model service is stopping. Ask again when it is back."); }
        var name = id.Split(':')[0];
        return entries.TryGetValue(name, out var entry) ? entry : throw NotFound(id, "does not exist here");
    }

    private static void RefuseWhileUsed(ModelEntry entry)
    {
        if (entry.Users > 0) { throw new EngineException(EngineErrorKind.Busy, $"The model '{entry.Id}' is serving requests. Wait until they end, or cancel them.") { Parameter = "model" }; }
    }

    private EngineException NotFound(string id, string why) =>
        new(EngineErrorKind.ModelNotFound, $"The model '{id}' {why}. Loaded: {string.Join(", ", entries.Values.Where(e => e.Loaded is not null).Select(e => e.Id).DefaultIfEmpty("none"))}.") { Parameter = "model" };
}
