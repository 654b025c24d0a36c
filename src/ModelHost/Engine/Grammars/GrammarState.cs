namespace Platform.ModelHost.Engine.Grammars;

/// <summary>What may come after a text of a grammar; one object for all texts after which the same may come. Where a character leads is computed once, for all characters at a time that lead to the same.</summary>
internal sealed class GrammarState
{
    private readonly GrammarStates states;
    private readonly int[] bounds; // each begins a range of characters that lead to the same
    private readonly GrammarState?[] next; // of each range, as far as it is known
    private readonly CharSet expected;

    internal GrammarState(GrammarStates states, GrammarMatcher.Ways ways)
    {
        (this.states, Ways) = (states, ways);
        var sets = ways.Stacks.Select(place => place.Characters).Distinct().ToList();
        expected = CharSet.Of(sets.SelectMany(set => set.Ranges));
        bounds = [.. sets.SelectMany(set => set.Ranges).SelectMany(range => (int[])[range.First, range.Last + 1]).Distinct().Order()];
        next = new GrammarState?[bounds.Length];
    }

    internal GrammarMatcher.Ways Ways { get; }

    /// <summary>Ranges of characters that it tells apart.</summary>
    internal int Size => bounds.Length;

    /// <summary>The text may end here.</summary>
    internal bool MayEnd => Ways.MayEnd;

    /// <summary>Tokens that may come next, once they were looked for.</summary>
    internal int[]? Allowed { get; set; }

    /// <summary>After one more character; null where it may not come.</summary>
    /// <exception cref="GrammarFault">Too much lies between two characters.</exception>
    internal GrammarState? After(int character)
    {
        var at = Array.BinarySearch(bounds, character);
        at = at < 0 ? ~at - 1 : at;
        return at < 0 || !expected.Contains(character) ? null : next[at] ??= states.Of(character, this);
    }

    /// <summary>Whether any character from first to last may come.</summary>
    internal bool Expects(int first, int last)
    {
        foreach (var range in expected.Ranges)
        {
            if (range.Last >= first) { return range.First <= last; }
        }
        return false;
    }
}
