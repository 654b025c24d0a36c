namespace Platform.ModelHost.Engine.Grammars;

/// <summary>Looks for texts after which too many ways are open at once (each of them costs memory and time at every token): always goes on from the text with the most ways, for a bounded time.</summary>
internal static class AmbiguityProbe
{
    private const int MostPlaces = 250_000, Budget = 10_000, LongestText = 256;

    /// <exception cref="GrammarFault">Such a text was found, or so much lies between two characters that none could be looked for.</exception>
    internal static void Run(GrammarRules rules, int root)
    {
        var matcher = new GrammarMatcher(rules, root, MostPlaces);
        var open = new PriorityQueue<(GrammarMatcher.Ways Ways, int Length), int>();
        open.Enqueue((matcher.Start, 0), 0);
        for (var spent = 0; spent < Budget && open.TryDequeue(out var from, out _);)
        {
            foreach (var character in Samples(from.Ways))
            {
                var ways = matcher.After(from.Ways, character);
                spent += from.Ways.Stacks.Count + ways.Stacks.Count;
                if (ways.Stacks.Count > GrammarRules.MostWays) { throw new GrammarFault($"The grammar is too ambiguous: after {from.Length + 1} characters there are more than {GrammarRules.MostWays} ways to go on. Let alternatives that recurse begin with different characters.") { Rule = rules.Name(MostOf(rules, ways)) }; }
                if (from.Length < LongestText) { open.Enqueue((ways, from.Length + 1), -ways.Stacks.Count); }
                if (spent > Budget) { return; }
            }
        }
    }

    /// <summary>The rule in which most of the ways are.</summary>
    private static int MostOf(GrammarRules rules, GrammarMatcher.Ways ways)
    {
        var at = ways.Stacks.CountBy(place => place.Alternative).ToDictionary();
        return Enumerable.Range(0, rules.Count).MaxBy(rule => rules.Alternatives(rule).Sum(alternative => at.GetValueOrDefault(alternative)));
    }

    /// <summary>A character of every set that is waited for: where the ranges begin.</summary>
    private static IEnumerable<int> Samples(GrammarMatcher.Ways ways) => ways.Stacks.Where(p => !p.Characters.IsEmpty).Select(p => p.Characters.Ranges[0].First).Distinct().Take(64);
}
