using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>The adapters of one answer with their scales, held in memory until it is released. llama.cpp applies a set to a whole batch, so only answers of equal sets run together.</summary>
internal sealed class AdapterSet
{
    private readonly AdapterShelf? shelf;
    private readonly IReadOnlyList<(LoadedAdapter Adapter, float Scale)> members;

    /// <param name="shelf">Holds the members; null for none.</param>
    /// <param name="members">In any order, none twice, each counted as used once.</param>
    internal AdapterSet(AdapterShelf? shelf, IEnumerable<(LoadedAdapter Adapter, float Scale)> members)
    {
        this.shelf = shelf;
        this.members = [.. members.OrderBy(m => m.Adapter.Sha256, StringComparer.Ordinal)];
        Key = string.Join(';', this.members.Select(m => $"{m.Adapter.Sha256}:{BitConverter.SingleToInt32Bits(m.Scale):x8}"));
        Runs = [.. this.members.Select(m => new AdapterRun(m.Adapter.File.Name, m.Adapter.File.Version, m.Adapter.Sha256, m.Scale))];
        Natives = [.. this.members.Select(m => (m.Adapter.Handle, m.Scale))];
    }

    /// <summary>The base model alone.</summary>
    internal static AdapterSet Base { get; } = new(null, []);

    /// <summary>Equal for equal sets: hashes and scales in order; empty for the base model.</summary>
    internal string Key { get; }

    internal IReadOnlyList<AdapterRun> Runs { get; }

    internal IReadOnlyList<(SafeLlamaAdapterHandle Adapter, float Scale)> Natives { get; }

    /// <summary>Notes that somebody asks for an answer of it.</summary>
    internal void NoteUse() => shelf?.NoteUse(members);

    /// <summary>Counts one more user.</summary>
    internal void Hold() => shelf?.Hold(members);

    /// <summary>Counts the context that it is set on. Between answers that keeps it in memory, and in nobody's use.</summary>
    internal void Attach() => shelf?.Attach(members);

    /// <summary>The context has let it go.</summary>
    internal void Detach() => shelf?.Detach(members);

    /// <summary>One user less. What nobody uses may be freed.</summary>
    internal void Release() => shelf?.Release(members);
}
