using System.Text;
using Platform.ModelHost.Engine.Grammars;

namespace Platform.ModelHost.Engine.Tests.Grammars;

/// <summary>Grammars as sets of texts.</summary>
internal static class GrammarText
{
    internal static bool Accepts(string grammar, string text)
    {
        var rules = GrammarCheck.Read(grammar);
        return GrammarMatcher.Accepts(rules, rules.Find(GrammarCheck.Root)!.Value, text);
    }

    /// <summary>A text of the grammar by a random walk, or null when the walk got too long. It ends where it may about every other time.</summary>
    internal static string? Walk(GrammarRules rules, Random random, int longest)
    {
        var matcher = new GrammarMatcher(rules, rules.Find(GrammarCheck.Root)!.Value);
        var (ways, text) = (matcher.Start, new StringBuilder());
        while (text.Length < longest)
        {
            if (ways.MayEnd && (ways.Stacks.Count == 0 || random.Next(2) == 0)) { return text.ToString(); }
            var ranges = ways.Stacks.ElementAt(random.Next(ways.Stacks.Count)).Characters.Ranges;
            var (first, last) = ranges[random.Next(ranges.Count)];
            var character = random.Next(3) == 0 ? first : random.Next(first, last + 1);
            text.Append(new Rune(character));
            ways = matcher.After(ways, character);
        }
        return null;
    }
}
