using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>An adapter in memory. Freed when the shelf has dropped it and nobody uses it any more; the shelf's lock guards the counts.</summary>
internal sealed class LoadedAdapter(AdapterFile file, AdapterStamp stamp, string sha256, int rank, long bytes, SafeLlamaAdapterHandle handle)
{
    internal AdapterFile File { get; } = file;

    /// <summary>What the file looked like when it was read.</summary>
    internal AdapterStamp Stamp { get; } = stamp;

    internal string Sha256 { get; } = sha256;

    internal int Rank { get; } = rank;

    internal long Bytes { get; } = bytes;

    internal SafeLlamaAdapterHandle Handle { get; } = handle;

    /// <summary>Answers and contexts that hold it.</summary>
    internal int Users { get; set; }

    /// <summary>Of them, contexts: one keeps the last set on it until another is wanted.</summary>
    internal int Attached { get; set; }

    internal long LastUsed { get; set; }

    /// <summary>True once the shelf has let it go: replaced, or too long unused.</summary>
    internal bool IsDropped { get; set; }
}

/// <summary>By this a file that was replaced is told from the one that was read.</summary>
internal readonly record struct AdapterStamp(DateTime WrittenAt, long Bytes);
