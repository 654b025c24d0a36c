namespace Platform.ModelHost.Engine.Models;

/// <summary>What a person decided of a model, from one run to the next: that it stays, and how it is loaded.</summary>
internal sealed partial class ModelCatalog
{
    internal void Pin(string id, bool isPinned)
    {
        Discover(id);
        ModelEntry entry;
        lock (gate)
        {
            entry = Known(id);
            entry.IsPinned = isPinned;
        }
        registry.Keep(entry.Path, kept => kept with { IsPinned = isPinned });
    }

    private void KeepSettings(ModelEntry entry, LoadSettings settings)
    {
        if (settings != (registry.KeptOf(entry.Path)?.Settings ?? LoadSettings.Usual)) { registry.Keep(entry.Path, kept => kept with { Settings = settings == LoadSettings.Usual ? null : settings }); }
    }

    /// <summary>Makes a file known. What was kept of it and what its header says is read outside the lock, which every request takes.</summary>
    private ModelEntry Entry(string id, string path, bool? embeds)
    {
        lock (gate)
        {
            if (entries.TryGetValue(id, out var known)) { return known; }
        }
        var kept = registry.KeptOf(path);
        var found = new ModelEntry(id, path, embeds) { IsPinned = kept?.IsPinned ?? false, Settings = kept?.Settings is { } settings && Allows(id, path, embeds, settings) ? settings : LoadSettings.Usual };
        lock (gate) { return entries.TryGetValue(id, out var sooner) ? sooner : entries[id] = found; }
    }

    /// <summary>How a model is loaded where nothing else is said. It looks at the file: not under the lock, which every request takes.</summary>
    private LoadSettings SettingsOf(ModelEntry entry)
    {
        var last = entry.Settings;
        return entry.Loaded is null ? Holding(entry, last) : last;
    }

    /// <summary>The file may be another by now than the one that was loaded so; what does not hold for it is not asked.</summary>
    private LoadSettings Holding(ModelEntry entry, LoadSettings last) => last == LoadSettings.Usual || Allows(entry.Id, entry.Path, entry.Embeds, last) ? last : LoadSettings.Usual;

    /// <summary>The hash of a model's file as far as it is known.</summary>
    /// <exception cref="EngineException">ModelNotFound.</exception>
    internal string? KnownHash(string id) => registry.KnownHash(FileOf(id).Path);

    /// <summary>Whether settings of an earlier run still hold: file and options may be others by now.</summary>
    private bool Allows(string id, string path, bool? embeds, LoadSettings settings)
    {
        try
        {
            return registry.Facts(path, embeds) is { Header: { } header, Traits: { } traits } && plans.Of(id, header, traits, settings) is not null;
        }
        catch (EngineException outOfRange) when (outOfRange.Kind == EngineErrorKind.BadRequest)
        {
            return false;
        }
    }
}
