namespace Platform.ModelHost.Engine.Generation.Memory;

/// <summary>A prefix that was moved out of the context.</summary>
/// <param name="State">Its keys and values, as the context wrote them.</param>
internal sealed record ShelvedPrefix(string AdapterKey, int[] Tokens, byte[] State, long LastUsed);

/// <summary>Prefixes that no answer uses, in main memory: in the context each of their tokens would cost every step of every answer. The loop's thread only.</summary>
/// <param name="limitBytes">The longest unused go when there would be more.</param>
/// <param name="account">Asked whether so many bytes may be held; fewer than before always may.</param>
internal sealed class PrefixShelf(long limitBytes, Func<long, bool> account)
{
    private readonly List<ShelvedPrefix> prefixes = [];
    private long bytes;

    internal long LimitBytes => limitBytes;

    /// <summary>Of all prefixes; told at every step, so it is kept.</summary>
    internal int Tokens { get; private set; }

    /// <summary>Keeps a prefix in place of the longest unused.</summary>
    /// <returns>False where even then there is no room: it is not kept.</returns>
    internal bool TryPut(ShelvedPrefix prefix)
    {
        RemoveWithin(prefix.Tokens, prefix.AdapterKey);
        while (bytes + prefix.State.Length > limitBytes || !account(bytes + prefix.State.Length))
        {
            if (prefixes.MinBy(p => p.LastUsed) is not { } oldest) { return false; }
            Remove(oldest);
        }
        prefixes.Add(prefix);
        bytes += prefix.State.Length;
        Tokens += prefix.Tokens.Length;
        return true;
    }

    /// <summary>The one that begins most like a prompt, and how many tokens of it are the prompt's.</summary>
    /// <param name="canCut">False finds those only that the prompt begins with as a whole.</param>
    internal (ShelvedPrefix? Prefix, int Shared) Longest(ReadOnlySpan<int> prompt, string adapterKey, bool canCut)
    {
        ShelvedPrefix? longest = null;
        var shared = 0;
        foreach (var prefix in prefixes)
        {
            if (prefix.AdapterKey != adapterKey) { continue; }
            var common = prefix.Tokens.AsSpan().CommonPrefixLength(prompt);
            if (common > shared && (canCut || common == prefix.Tokens.Length)) { (longest, shared) = (prefix, common); }
        }
        return (longest, shared);
    }

    internal void Remove(ShelvedPrefix prefix)
    {
        if (!prefixes.Remove(prefix)) { return; }
        Tokens -= prefix.Tokens.Length;
        account(bytes -= prefix.State.Length);
    }

    /// <summary>Removes what says no more than a sequence that is held elsewhere.</summary>
    internal void RemoveWithin(ReadOnlySpan<int> tokens, string adapterKey)
    {
        for (var i = prefixes.Count - 1; i >= 0; i--)
        {
            if (prefixes[i].AdapterKey == adapterKey && tokens.StartsWith(prefixes[i].Tokens)) { Remove(prefixes[i]); }
        }
    }
}
