using Platform.ModelHost.Engine.Files;

namespace Platform.ModelHost.Engine.Models;

/// <summary>What there is, what would fit, who answers.</summary>
internal sealed partial class ModelCatalog
{
    /// <summary>Every model that is loaded or could be: first the one that answers where none is named, then the one that embeds, then those that are loaded, then by name.</summary>
    internal IReadOnlyList<KnownModel> KnownModels
    {
        get
        {
            var known = Entries();
            var usual = UsualChat(known);
            return [.. known.OrderByDescending(e => e == usual).ThenByDescending(e => e.Embeds == true).ThenByDescending(e => e.Loaded is not null).ThenBy(e => e.Id, StringComparer.Ordinal).Select(e => Describe(e, e == usual))];
        }
    }

    /// <summary>The model of requests that name none: the one that was chosen, else the one of the options, else the first that is loaded, else the first. Null when nothing writes.</summary>
    internal string? UsualChatModel
    {
        get
        {
            List<ModelEntry> known;
            lock (gate) { known = [.. entries.Values.Where(e => e.Loaded is not null)]; }
            var sure = UsualChat(known) is { } loaded && (registry.Chosen is { } chosen ? loaded.Path == chosen : loaded.Embeds == false) ? loaded : null;
            return (sure ?? UsualChat(Entries()))?.Id; // the folder may lie far away
        }
    }

    /// <summary>Loads a model and makes it the one that answers where none is named, from one run to the next.</summary>
    /// <exception cref="EngineException">ModelNotFound; InvalidModelFile; OutOfMemory; BadRequest: it does not write. The one before stays then.</exception>
    internal async Task ChooseAsync(string id, CancellationToken cancellation)
    {
        Discover(id);
        ModelEntry entry;
        lock (gate) { entry = Known(id); }
        if (!Facts(entry).Traits!.IsChat) { throw new EngineException(EngineErrorKind.BadRequest, $"The model '{entry.Id}' makes vectors and writes no text. Choose a chat model.") { Parameter = "model" }; }
        await LoadAsync(id, null, cancellation); // what cannot be loaded would leave every question without an answer
        registry.Choose(entry.Path);
    }

    /// <summary>The model that was chosen in an earlier run; null when none was, or when it is gone.</summary>
    internal string? Chosen => registry.Chosen is { } file ? Add(file, embeds: null, pin: false) : null;

    /// <summary>Whether a model could be loaded now, without loading it.</summary>
    /// <exception cref="EngineException">ModelNotFound, InvalidModelFile, BadRequest.</exception>
    internal MemoryFit Fit(string id, LoadSettings? settings)
    {
        Discover(id);
        ModelEntry entry;
        lock (gate) { entry = Known(id); }
        return Fit(entry, settings ?? Holding(entry, entry.Settings)); // a loaded one would be loaded anew, from the file that is there now
    }

    /// <summary>What a model's file says of itself, be it loaded or not.</summary>
    /// <exception cref="EngineException">ModelNotFound, InvalidModelFile.</exception>
    internal ModelTraits TraitsOf(string id)
    {
        Discover(id);
        ModelEntry entry;
        lock (gate) { entry = Known(id); }
        return Facts(entry).Traits!;
    }

    /// <summary>Deletes a model's file.</summary>
    /// <exception cref="EngineException">ModelNotFound; Busy while it is loaded; BadRequest: it does not lie in the model folder, or the id is an adapter's; CannotWrite.</exception>
    internal async Task DeleteAsync(string id, CancellationToken cancellation)
    {
        if (AdapterOf(id) is not null) { throw new EngineException(EngineErrorKind.BadRequest, $"'{id}' is a model with an adapter; nothing was deleted. DELETE /v1/adapters/NAME/versions/VERSION deletes a version of an adapter, '{id.Split(':')[0]}' alone names the model.") { Parameter = "model" }; }
        using var turn = await TurnAsync(id, cancellation);
        var entry = turn.Entry;
        lock (gate)
        {
            if (entry.Loaded is not null) { throw new EngineException(EngineErrorKind.Busy, $"The model '{entry.Id}' is loaded. Unload it first.") { Parameter = "model" }; }
            if (!registry.Folder.Holds(entry.Path)) { throw new EngineException(EngineErrorKind.BadRequest, $"The file of '{entry.Id}' does not lie in the model folder and is not deleted from here.") { Parameter = "model" }; }
        }
        FileChange.Run($"The model '{entry.Id}'", () => registry.Delete(entry.Path)); // may take long; nobody loads it meanwhile
        lock (gate) { entries.Remove(entry.Id); }
    }

    /// <summary>Makes a file of the folder known by its id, and forgets one that is gone. The folder is looked at outside the lock, which every request takes.</summary>
    private void Discover(string id)
    {
        var name = id.Split(':')[0];
        ModelEntry? known;
        lock (gate)
        {
            if (entries.TryGetValue(name, out known) && known.Loaded is not null) { return; }
        }
        if (known is not null)
        {
            if (!registry.Folder.Holds(known.Path) || File.Exists(known.Path)) { return; } // one that was named in the options may come back
            lock (gate)
            {
                if (known.Loaded is null && !known.IsLoading) { entries.Remove(name); }
            }
        }
        if (listing.Find(name) is not { } path) { return; }
        Entry(name.ToLowerInvariant(), path, embeds: null);
    }

    private List<ModelEntry> Entries()
    {
        foreach (var file in registry.Folder.Files.ToList()) { Entry(file.Id, file.Path, embeds: null); } // every request takes the lock, and the folder may lie far away
        List<ModelEntry> known;
        lock (gate) { known = [.. entries.Values]; }
        return [.. known.Where(e => e.Loaded is not null || File.Exists(e.Path))];
    }

    private ModelEntry? UsualChat(List<ModelEntry> known)
    {
        var writing = known.Where(e => registry.Facts(e.Path, e.Embeds).Traits is { IsChat: true }).OrderBy(e => e.Id, StringComparer.Ordinal).ToList();
        var chosen = registry.Chosen;
        return writing.Find(e => e.Path == chosen) ?? writing.Find(e => e.Embeds == false) ?? writing.Find(e => e.Loaded is not null) ?? writing.FirstOrDefault();
    }

    private KnownModel Describe(ModelEntry entry, bool isUsual)
    {
        var facts = registry.Facts(entry.Path, entry.Embeds);
        var hash = registry.KnownHash(entry.Path);
        LoadedModel? loaded;
        LoadSettings settings;
        lock (gate) { (loaded, settings) = (entry.Loaded, entry.Settings); }
        settings = loaded is null ? Holding(entry, settings) : settings;
        var plan = loaded is null && facts is { Header: { } header, Traits: { } traits } ? plans.Of(entry.Id, header, traits, settings) : null; // the file of a loaded one may be another by now
        var needs = loaded is null ? plan?.Uses.Sum(u => u.Bytes) : ledger.Report.Uses.Where(u => u.Owner == entry.Id).Sum(u => u.Bytes);
        lock (gate)
        {
            var failure = loaded is null ? facts.Fault ?? entry.Failure : null;
            var state = loaded is not null ? ModelState.Loaded : entry.IsLoading ? ModelState.Loading : failure is not null ? ModelState.Failed : ModelState.Unloaded;
            return new KnownModel(entry.Id, state, entry.IsPinned, isUsual, entry.Users, facts.Stamp.Bytes, loaded?.Info.Sha256 ?? hash, facts.Traits, loaded?.Info.ContextTokens ?? plan?.ContextTokens ?? 0, needs, failure, loaded?.Info, loaded?.Load) { Settings = settings, IsDeletable = registry.Folder.Holds(entry.Path), ChangedAt = new DateTimeOffset(facts.Stamp.WrittenTicks, TimeSpan.Zero) };
        }
    }

    private ModelFacts Facts(ModelEntry entry) => registry.Facts(entry.Path, entry.Embeds) is { Header: not null } facts ? facts
        : throw new EngineException(EngineErrorKind.InvalidModelFile, $"The model '{entry.Id}' cannot be used: {registry.Facts(entry.Path, entry.Embeds).Fault}");

    private MemoryFit Fit(ModelEntry entry, LoadSettings settings)
    {
        var facts = Facts(entry);
        var uses = plans.Of(entry.Id, facts.Header!, facts.Traits!, settings).Uses;
        var report = ledger.Report;
        var (needs, free) = (uses.Sum(u => u.Bytes), report.FreeBytes + report.Uses.Where(u => u.Owner == entry.Id).Sum(u => u.Bytes));
        if (needs <= free) { return new MemoryFit(true, needs, free, uses, null); }
        List<ModelEntry>? leaving;
        lock (gate) { leaving = Leaving(entry, uses); }
        return leaving is not null
            ? new MemoryFit(true, needs, free, uses, leaving.Count == 0 ? null : $"For it {string.Join(", ", leaving.Select(e => $"'{e.Id}'"))} will be unloaded, which nobody uses.")
            : new MemoryFit(false, needs, free, uses, ledger.Refusal(uses).Message);
    }
}
