using System.Globalization;
using System.Text;

namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>Refuses grammars that cost more than an answer is worth: llama.cpp reads nesting recursively, multiplies repetitions out, and follows every alternative at once.</summary>
internal static class GrammarCheck
{
    private const int MostBytes = 256 << 10, MostDepth = 64, MostRules = 4_096, MostAlternatives = 16_384, MostRepeats = 2_000, MostExpansion = 65_536;
    private const int MostTriggers = 16, LongestTrigger = 64;

    /// <exception cref="EngineException">Kind BadRequest with the value and the limit.</exception>
    internal static void Check(GrammarOptions grammar)
    {
        Within("bytes", Encoding.UTF8.GetByteCount(grammar.Text), MostBytes);
        if (grammar.Text.Contains('\0', StringComparison.Ordinal)) { throw Refuse("The grammar contains a NUL character."); }
        Within("triggers", grammar.Triggers.Count, MostTriggers);
        if (grammar.Triggers.Any(t => t.Length is 0 or > LongestTrigger)) { throw Refuse($"Each trigger of the grammar must have 1 to {LongestTrigger} characters."); }
        if (!Scan(grammar.Text).Contains(grammar.Root)) { throw Refuse($"The grammar has no rule '{grammar.Root}' to begin with."); }
    }

    /// <summary>Measures the rules without building them.</summary>
    /// <returns>The names of the rules.</returns>
    private static HashSet<string> Scan(string text)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var repeats = new Stack<long>(); // what a group holds so far, repetitions multiplied out
        var (alternatives, whole, size, last) = (0, 0L, 0L, 1L);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '#':
                    i = End(text, i, '\n');
                    break;
                case '"':
                    (i, last) = (Closing(text, i, '"'), 1);
                    size++;
                    break;
                case '[':
                    (i, last) = (Closing(text, i, ']'), 1);
                    size++;
                    break;
                case '(':
                    repeats.Push(size);
                    size = 0;
                    Within("nested groups", repeats.Count, MostDepth);
                    break;
                case ')' when repeats.TryPop(out var outer):
                    (last, size) = (Math.Max(size, 1), outer + size);
                    break;
                case '|':
                    Within("alternatives", ++alternatives, MostAlternatives);
                    break;
                case '{':
                    var close = Closing(text, i, '}');
                    size += last * Repeats(text[(i + 1)..close]);
                    Within("elements with their repetitions multiplied out", size, MostExpansion);
                    i = close;
                    break;
                case ':' when text.AsSpan(i).StartsWith("::="):
                    names.Add(NameBefore(text, i));
                    Within("rules", names.Count, MostRules);
                    Within("elements with their repetitions multiplied out", whole += size, MostExpansion);
                    (size, last, i) = (0, 1, i + 2);
                    break;
            }
        }
        Within("elements with their repetitions multiplied out", whole + size, MostExpansion);
        return names;
    }

    private static long Repeats(string range)
    {
        var most = 1L;
        foreach (var part in range.Split(','))
        {
            if (part.Trim().Length == 0) { continue; }
            if (!int.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > MostRepeats) { throw Refuse($"The grammar repeats something {{{range}}} times; {MostRepeats} is the most."); }
            most = Math.Max(most, count);
        }
        return most;
    }

    private static string NameBefore(string text, int at)
    {
        var end = at;
        while (end > 0 && char.IsWhiteSpace(text[end - 1])) { end--; }
        var start = end;
        while (start > 0 && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '-' or '_')) { start--; }
        return text[start..end];
    }

    private static int Closing(string text, int from, char close)
    {
        for (var i = from + 1; i < text.Length; i++)
        {
            if (text[i] == '\\') { i++; }
            else if (text[i] == close) { return i; }
        }
        throw Refuse($"The grammar opens {text[from]} at character {from} and never closes it.");
    }

    private static int End(string text, int from, char mark) => text.IndexOf(mark, from) is >= 0 and var at ? at : text.Length;

    private static void Within(string what, long count, long most)
    {
        if (count > most) { throw Refuse(string.Create(CultureInfo.InvariantCulture, $"The grammar has {count:N0} {what}; {most:N0} is the most. Make it simpler.")); }
    }

    private static EngineException Refuse(string message) => new(EngineErrorKind.BadRequest, message) { Parameter = "grammar" };
}
