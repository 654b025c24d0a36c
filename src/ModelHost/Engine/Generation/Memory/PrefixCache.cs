using System.Runtime.InteropServices;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation.Memory;

/// <summary>The sequences of one context: those that answers use, and those kept because another prompt may begin alike. What is shared is found by adapters with scales and by tokens; the template shows in the tokens, and the model is the context's. The loop's thread only.</summary>
/// <param name="shelf">Where prefixes wait that nobody uses.</param>
internal sealed class PrefixCache(SafeLlamaContextHandle context, int sequences, bool canCut, PrefixShelf shelf)
{
    /// <summary>Tokens that nobody uses and that stay in the context all the same: moving them would cost more than they do.</summary>
    private const int IdleUnmoved = 512;

    private readonly Stack<int> free = new(Enumerable.Range(0, sequences).Reverse());
    private readonly List<HeldSequence> held = [];

    /// <summary>Sequences that could be taken now.</summary>
    internal int Available => free.Count + held.Count(s => !s.InUse);

    /// <summary>Tokens kept for prompts to come, in the context and on the shelf.</summary>
    internal int KeptTokens => IdleTokens + shelf.Tokens;

    private int IdleTokens => Count(inUse: false);

    /// <summary>A sequence that begins with as much of a prompt as any other holds, but for its last token, whose logits are needed.</summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="adapterKey">The adapters that will run.</param>
    /// <param name="share">False begins with nothing and is never shared.</param>
    internal HeldSequence Take(ReadOnlySpan<int> prompt, string adapterKey, bool share)
    {
        var (source, shared) = share ? Longest(prompt[..^1], adapterKey) : (null, 0);
        if (IdleTokens > IdleUnmoved && !held.Exists(s => s.InUse) && held.Exists(s => s != source))
        {
            SetAllAside();
            (source, shared) = share ? Longest(prompt[..^1], adapterKey) : (null, 0); // what was too large for the shelf
        }
        if (share && TakeFromShelf(prompt[..^1], adapterKey, moreThan: shared, sparing: source) is { } restored) { return restored; }
        if (free.Count == 0) { DropOldest(except: source); }
        if (free.Count == 0 && source is { InUse: false }) // the only one left is the one to copy
        {
            Cut(source, shared);
            (source.InUse, source.IsShared) = (true, share);
            return source;
        }
        var taken = Take(adapterKey, share);
        if (source is not null)
        {
            CopyTo(source, taken);
            Cut(taken, shared);
            source.Heir = 2 * shared > source.Tokens.Count ? taken : source.Heir;
        }
        return taken;
    }

    /// <summary>Moves the sequence that nobody used for the longest time to the shelf, if such tokens are more than those in use: where several answers run, each of them costs each answer in every step.</summary>
    internal void SetOneAside()
    {
        if (IdleTokens > Count(inUse: true) && held.Where(s => !s.InUse && !s.IsTooLarge && s.Heir is not { InUse: true }).MinBy(s => s.LastUsed) is { } idle) { TrySetAside(idle); }
    }

    /// <summary>An empty sequence.</summary>
    /// <exception cref="InvalidOperationException">All are in use. This is a bug: ask <see cref="Available"/> first.</exception>
    internal HeldSequence Take(string adapterKey, bool share)
    {
        if (free.Count == 0) { DropOldest(except: null); }
        if (!free.TryPop(out var id)) { throw new InvalidOperationException("Every sequence is in use. This is a bug."); }
        var taken = new HeldSequence(id, adapterKey) { InUse = true, IsShared = share };
        held.Add(taken);
        return taken;
    }

    /// <summary>Lets an empty sequence hold what another holds.</summary>
    internal void CopyTo(HeldSequence source, HeldSequence target)
    {
        context.CopySequence(source.Id, target.Id);
        target.Tokens.AddRange(source.Tokens);
    }

    /// <summary>Forgets all after a prefix, or everything where this model's memory goes only as a whole.</summary>
    internal void Cut(HeldSequence sequence, int prefix)
    {
        if (prefix == sequence.Tokens.Count) { return; }
        if (!context.ForgetFrom(sequence.Id, prefix))
        {
            prefix = 0;
            context.ForgetFrom(sequence.Id, 0);
        }
        sequence.Tokens.RemoveRange(prefix, sequence.Tokens.Count - prefix);
    }

    /// <summary>Gives a sequence back; what it holds stays for prompts to come, if it may be shared and says more than others.</summary>
    internal void Release(HeldSequence sequence, long now)
    {
        (sequence.InUse, sequence.LastUsed) = (false, now);
        if (!sequence.IsShared || sequence.Tokens.Count == 0 || held.Exists(other => other != sequence && IsWithin(sequence, other)))
        {
            Drop(sequence);
            return;
        }
        shelf.RemoveWithin(CollectionsMarshal.AsSpan(sequence.Tokens), sequence.AdapterKey);
        foreach (var other in held.Where(other => other != sequence && !other.InUse && IsWithin(other, sequence)).ToArray()) { Drop(other); }
    }

    /// <summary>Gives a sequence back and forgets what it holds.</summary>
    internal void Drop(HeldSequence sequence)
    {
        context.ForgetFrom(sequence.Id, 0);
        held.Remove(sequence);
        free.Push(sequence.Id);
    }

    /// <summary>Lets the sequence go that was not used for the longest time: to the shelf, or for good where that has no room.</summary>
    /// <returns>False when all are in use.</returns>
    internal bool DropOldest(HeldSequence? except)
    {
        var oldest = held.Where(s => !s.InUse && s != except).MinBy(s => s.LastUsed);
        if (oldest is not null && !TrySetAside(oldest)) { Drop(oldest); }
        return oldest is not null;
    }

    private int Count(bool inUse)
    {
        var tokens = 0;
        foreach (var sequence in held) { tokens += sequence.InUse == inUse ? sequence.Tokens.Count : 0; } // asked for in every step
        return tokens;
    }

    /// <summary>An answer that begins alone then reads nothing but its own, and its tokens lie in order, as in a fresh context.</summary>
    private void SetAllAside()
    {
        foreach (var idle in held.Where(s => !s.IsTooLarge).OrderBy(s => s.LastUsed).ToArray()) { TrySetAside(idle); }
    }

    private bool TrySetAside(HeldSequence idle)
    {
        var state = context.SaveSequence(idle.Id, shelf.LimitBytes);
        idle.IsTooLarge = state.Length == 0 || !shelf.TryPut(new ShelvedPrefix(idle.AdapterKey, [.. idle.Tokens], state, idle.LastUsed));
        if (!idle.IsTooLarge) { Drop(idle); } // else it stays: slow is better than read anew
        return !idle.IsTooLarge;
    }

    /// <summary>A sequence with what the shelf holds of a prompt; null when that is no more than the context has, or it cannot be brought back.</summary>
    /// <param name="sparing">What stays in the context, for it is the second best.</param>
    private HeldSequence? TakeFromShelf(ReadOnlySpan<int> prompt, string adapterKey, int moreThan, HeldSequence? sparing)
    {
        var (prefix, shared) = shelf.Longest(prompt, adapterKey, canCut);
        if (prefix is null || shared <= moreThan) { return null; }
        if (free.Count == 0 && !DropOldest(sparing)) { return null; }
        var taken = Take(adapterKey, share: true);
        var isBack = context.LoadSequence(taken.Id, prefix.State);
        while (!isBack && DropOldest(sparing)) { isBack = context.LoadSequence(taken.Id, prefix.State); } // the memory was full
        if (!isBack)
        {
            shelf.Remove(prefix);
            Drop(taken);
            return null;
        }
        taken.Tokens.AddRange(prefix.Tokens);
        if (shared == prefix.Tokens.Length) { shelf.Remove(prefix); } // else another prompt may go on where this one turns off
        Cut(taken, shared);
        return taken;
    }

    private (HeldSequence? Source, int Shared) Longest(ReadOnlySpan<int> prompt, string adapterKey)
    {
        HeldSequence? source = null;
        var shared = 0;
        foreach (var other in held)
        {
            if (!other.IsShared || other.AdapterKey != adapterKey) { continue; }
            var common = CollectionsMarshal.AsSpan(other.Tokens).CommonPrefixLength(prompt);
            if (common > shared && (canCut || common == other.Tokens.Count)) { (source, shared) = (other, common); }
        }
        return (source, shared);
    }

    /// <summary>True when whatever begins with the first begins with the second too. Where memory cannot be cut, a longer one does not stand in for a shorter.</summary>
    private bool IsWithin(HeldSequence part, HeldSequence whole) =>
        part.AdapterKey == whole.AdapterKey && whole.IsShared && (canCut ? whole.Tokens.Count >= part.Tokens.Count : whole.Tokens.Count == part.Tokens.Count)
        && CollectionsMarshal.AsSpan(whole.Tokens).StartsWith(CollectionsMarshal.AsSpan(part.Tokens));
}
