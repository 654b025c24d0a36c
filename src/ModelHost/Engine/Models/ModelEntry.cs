namespace Platform.ModelHost.Engine.Models;

/// <summary>A model file that the engine knows, loaded or not. Guarded by the catalogue's lock.</summary>
internal sealed class ModelEntry(string id, string path, bool? embeds)
{
    internal string Id { get; } = id;

    internal string Path { get; } = path;

    /// <summary>Null lets the file say.</summary>
    internal bool? Embeds { get; } = embeds;

    /// <summary>Who loads, unloads or deletes it, one after the other. Not guarded by the lock; taken before it.</summary>
    internal SemaphoreSlim Turn { get; } = new(1, 1);

    internal LoadedModel? Loaded { get; set; }

    internal bool IsLoading { get; set; }

    internal bool IsPinned { get; set; }

    /// <summary>How it is loaded, the next time too.</summary>
    internal LoadSettings Settings { get; set; } = LoadSettings.Usual;

    /// <summary>Why the last load failed; null when it did not.</summary>
    internal string? Failure { get; set; }

    internal int Users { get; set; }

    internal long LastUsed { get; set; }
}
