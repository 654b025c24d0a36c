namespace Platform.ModelHost.Engine.Generation.Memory;

/// <summary>One sequence of the native memory and what it holds.</summary>
internal sealed class HeldSequence(int id, string adapterKey)
{
    internal int Id { get; } = id;

    /// <summary>The adapters that made the state.</summary>
    internal string AdapterKey { get; } = adapterKey;

    /// <summary>The tokens whose state the native memory holds, in order.</summary>
    internal List<int> Tokens { get; } = [];

    /// <summary>When an answer last used it; the longest unused goes first.</summary>
    internal long LastUsed { get; set; }

    internal bool InUse { get; set; }

    /// <summary>The last that began with most of what this one holds: while it runs their cells are the same ones.</summary>
    internal HeldSequence? Heir { get; set; }

    /// <summary>The shelf has no room for it.</summary>
    internal bool IsTooLarge { get; set; }

    /// <summary>False keeps it out of other answers' reach.</summary>
    internal bool IsShared { get; set; }
}
