namespace Platform.ModelHost.Engine.Grammars;

/// <summary>The states of a grammar that were met, as far as they fit a bounded memory. One thread at a time.</summary>
internal sealed class GrammarStates
{
    private const int MostStates = 4_000, MostPlaces = 250_000, MostKeptTokens = 2_000_000, MostRanges = 4_000_000, MostWays = 2_000;
    private readonly GrammarMatcher matcher;
    private readonly Dictionary<IReadOnlySet<GrammarMatcher.Place>, GrammarState> open = new(SameSet.Instance), ending = new(SameSet.Instance);
    private int kept, ranges;

    /// <exception cref="GrammarFault">Too much lies before the first character.</exception>
    internal GrammarStates(GrammarRules rules, int root)
    {
        matcher = new GrammarMatcher(rules, root, MostPlaces);
        Start = Of(matcher.Start);
    }

    /// <summary>Before the first character.</summary>
    internal GrammarState Start { get; }

    /// <summary>The state that a character leads to.</summary>
    /// <exception cref="GrammarFault">Too much lies between two characters.</exception>
    internal GrammarState Of(int character, GrammarState from) => Of(matcher.After(from.Ways, character));

    /// <summary>Remembers the tokens that may follow a state, while there is room.</summary>
    internal void Keep(GrammarState state, int[] allowed)
    {
        if (kept + allowed.Length > MostKeptTokens) { return; }
        kept += allowed.Length;
        state.Allowed = allowed;
    }

    /// <summary>Forgets everything but what a text goes on from where much has been met.</summary>
    internal GrammarState Trim(GrammarState now)
    {
        if (open.Count + ending.Count < MostStates && matcher.PlacesMet < MostPlaces / 2 && kept < MostKeptTokens / 2 && ranges < MostRanges / 4) { return now; }
        open.Clear();
        ending.Clear();
        (kept, ranges) = (0, 0);
        matcher.ForgetBut(now.Ways);
        return Of(now.Ways);
    }

    private GrammarState Of(GrammarMatcher.Ways ways)
    {
        var known = ways.MayEnd ? ending : open;
        if (known.TryGetValue(ways.Stacks, out var state)) { return state; }
        if (ways.Stacks.Count > MostWays || ranges > MostRanges) { throw new GrammarFault($"The grammar is too ambiguous: the answer has come to a text after which there are more than {MostWays} ways to go on, or too many in sum. Let alternatives that recurse begin with different characters."); }
        known.Add(ways.Stacks, state = new GrammarState(this, ways));
        ranges += state.Size;
        return state;
    }

    private sealed class SameSet : IEqualityComparer<IReadOnlySet<GrammarMatcher.Place>>
    {
        internal static readonly SameSet Instance = new();

        public bool Equals(IReadOnlySet<GrammarMatcher.Place>? x, IReadOnlySet<GrammarMatcher.Place>? y) => ReferenceEquals(x, y) || (x is not null && y is not null && x.Count == y.Count && x.IsSubsetOf(y));

        public int GetHashCode(IReadOnlySet<GrammarMatcher.Place> obj)
        {
            var hash = obj.Count;
            foreach (var place in obj) { hash ^= place.GetHashCode(); }
            return hash;
        }
    }
}
