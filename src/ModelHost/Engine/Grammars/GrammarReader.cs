using System.Globalization;
using System.Text;

namespace Platform.ModelHost.Engine.Grammars;

/// <summary>Reads GBNF, llama.cpp's grammar language: rules `name ::= …`, "texts", [classes], ., ( ), |, *, +, ?, {m,n}, # comments. References to tokens are not taken.</summary>
internal sealed class GrammarReader
{
    private const int MostNesting = 64, MostRepetitions = 2_000;

    private readonly string text;
    private readonly GrammarRules rules = new();
    private string? current;
    private int at;

    private GrammarReader(string text) => this.text = text;

    /// <exception cref="GrammarFault">It cannot be read, or is too large.</exception>
    internal static GrammarRules Read(string text)
    {
        var reader = new GrammarReader(text);
        reader.SkipSpace(newlines: true);
        try
        {
            while (reader.at < text.Length) { reader.ReadRule(); }
        }
        catch (GrammarFault fault) when (fault.Rule is null && reader.current is not null)
        {
            throw new GrammarFault(fault.Message) { Rule = reader.current, Plainly = fault.Plainly };
        }
        return reader.rules;
    }

    private char Next => at < text.Length ? text[at] : '\0';

    private void ReadRule()
    {
        var name = current = ReadName();
        SkipSpace(newlines: false);
        if (!text.AsSpan(at).StartsWith("::=", StringComparison.Ordinal)) { throw Fault($"'::=' is missing after '{name}'"); }
        at += 3;
        SkipSpace(newlines: true);
        rules.Define(rules.Number(name), ReadAlternatives(name, depth: 0));
        if (at < text.Length && Next is not ('\r' or '\n')) { throw Fault($"'{Next}' has no meaning here"); }
        SkipSpace(newlines: true);
    }

    private List<GrammarElement[]> ReadAlternatives(string owner, int depth)
    {
        if (depth > MostNesting) { throw Fault($"groups are nested deeper than {MostNesting}"); }
        var alternatives = new List<GrammarElement[]> { ReadSequence(owner, depth) };
        while (Next == '|')
        {
            at++;
            SkipSpace(newlines: true);
            alternatives.Add(ReadSequence(owner, depth));
        }
        return alternatives;
    }

    private GrammarElement[] ReadSequence(string owner, int depth)
    {
        var sequence = new List<GrammarElement>();
        var (last, weight) = (0, 1); // where the symbol begins that a repetition repeats, and how many rules it brought along
        while (true)
        {
            var (begin, before) = (sequence.Count, rules.Count);
            switch (Next)
            {
                case '"':
                    ReadText(sequence);
                    break;
                case '[':
                    sequence.Add(GrammarElement.Of(ReadClass()));
                    break;
                case '.':
                    at++;
                    sequence.Add(GrammarElement.Of(CharSet.All));
                    break;
                case '(':
                    sequence.Add(GrammarElement.OfRule(ReadGroup(owner, depth)));
                    break;
                case '*' or '+' or '?' or '{':
                    if (last == sequence.Count) { throw Fault("a repetition has nothing before it"); }
                    var (least, most) = ReadCounts();
                    if ((long)weight * (most < int.MaxValue ? most : Math.Max(1, least)) > MostRepetitions) { throw Fault($"a group with {weight} parts inside is repeated {(most < int.MaxValue ? most : least)} times; together {MostRepetitions} is the most"); } // as in llama.cpp, whose grammars these are
                    Repeat(owner, sequence, last, least, most);
                    begin = sequence.Count; // what is repeated is not repeated again
                    break;
                case var c when IsNameCharacter(c):
                    sequence.Add(GrammarElement.OfRule(rules.Number(ReadName())));
                    break;
                default:
                    return [.. sequence];
            }
            rules.Charge(1);
            (last, weight) = (begin, sequence.Count > begin && sequence[^1].IsRule ? Math.Max(1, rules.Count - before) : 1);
            SkipSpace(newlines: depth > 0);
        }
    }

    private int ReadGroup(string owner, int depth)
    {
        at++;
        SkipSpace(newlines: true);
        var group = rules.New(owner);
        rules.Define(group, ReadAlternatives(owner, depth + 1));
        Expect(')');
        return group;
    }

    private void ReadText(List<GrammarElement> sequence)
    {
        at++;
        while (Next != '"')
        {
            var character = ReadCharacter("a text without its closing quote");
            rules.Charge(1);
            sequence.Add(GrammarElement.Of(CharSet.Of((character, character))));
        }
        at++;
    }

    private CharSet ReadClass()
    {
        at++;
        var negated = Next == '^';
        if (negated) { at++; }
        var ranges = new List<(int, int)>();
        while (Next != ']')
        {
            var first = ReadCharacter("a class without its closing bracket");
            var last = first;
            if (Next == '-' && at + 1 < text.Length && text[at + 1] != ']')
            {
                at++;
                last = ReadCharacter("a class without its closing bracket");
            }
            if (last < first) { throw Fault("a range of a class ends before it begins"); }
            ranges.Add((first, last));
        }
        at++;
        if (ranges.Count == 0) { throw Fault("a class has nothing between its brackets"); } // llama.cpp takes it for no character at all, and so the grammar for another
        rules.ChargeRanges(ranges.Count);
        var set = CharSet.Of(ranges);
        return negated ? CharSet.All.Except(set) : set;
    }

    private int ReadCharacter(string unfinished)
    {
        if (at >= text.Length) { throw Fault(unfinished); }
        if (text[at] != '\\')
        {
            if (!Rune.TryGetRuneAt(text, at, out var rune)) { throw Fault("a character is cut in two"); }
            at += rune.Utf16SequenceLength;
            return rune.Value;
        }
        at += 2;
        return at > text.Length ? throw Fault(unfinished) : text[at - 1] switch
        {
            'x' => ReadHex(2),
            'u' => ReadHex(4),
            'U' => ReadHex(8),
            't' => '\t',
            'r' => '\r',
            'n' => '\n',
            var c and ('\\' or '"' or '[' or ']') => c,
            var c => throw Fault($"the escape \\{c} is unknown"),
        };
    }

    private int ReadHex(int digits)
    {
        if (at + digits > text.Length || !int.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 0x10FFFF)
        {
            throw Fault($"an escape wants {digits} hexadecimal digits of a character");
        }
        at += digits;
        return value;
    }

    private (int Least, int Most) ReadCounts()
    {
        switch (text[at++])
        {
            case '*': return (0, int.MaxValue);
            case '+': return (1, int.MaxValue);
            case '?': return (0, 1);
        }
        SkipSpace(newlines: true);
        var least = ReadCount();
        var most = least;
        if (Next == ',')
        {
            at++;
            SkipSpace(newlines: true);
            most = Next == '}' ? int.MaxValue : ReadCount();
        }
        Expect('}');
        return most >= least && most > 0 ? (least, most) : throw Fault($"a repetition of {least} to {most} is none");
    }

    private int ReadCount()
    {
        var begin = at;
        while (char.IsAsciiDigit(Next)) { at++; }
        if (!int.TryParse(text.AsSpan(begin, at - begin), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > MostRepetitions) { throw Fault($"a count must be 0 to {MostRepetitions}"); }
        SkipSpace(newlines: true);
        return count;
    }

    /// <summary>Writes the repetition out, as llama.cpp does: so many copies, then a chain of rules that may end at each link.</summary>
    private void Repeat(string owner, List<GrammarElement> sequence, int from, int least, int most)
    {
        var item = sequence[from..];
        var links = most == int.MaxValue ? 1 : most - least;
        rules.Charge(((long)least * item.Count) + ((long)links * (item.Count + 2)));
        sequence.RemoveRange(from, item.Count);
        for (var i = 0; i < least; i++) { sequence.AddRange(item); }
        var next = -1;
        for (var i = 0; i < links; i++)
        {
            var link = rules.New(owner);
            if (most == int.MaxValue) { next = link; }
            rules.Define(link, [[.. item, .. next < 0 ? [] : new[] { GrammarElement.OfRule(next) }], []]);
            next = link;
        }
        if (next >= 0) { sequence.Add(GrammarElement.OfRule(next)); }
    }

    private string ReadName()
    {
        var begin = at;
        while (IsNameCharacter(Next)) { at++; }
        return at > begin ? text[begin..at] : throw Fault("the name of a rule is missing");
    }

    private void Expect(char wanted)
    {
        if (Next != wanted) { throw Fault($"'{wanted}' is missing"); }
        at++;
    }

    private void SkipSpace(bool newlines)
    {
        while (at < text.Length)
        {
            if (text[at] == '#') { while (at < text.Length && text[at] is not ('\r' or '\n')) { at++; } }
            else if (text[at] is ' ' or '\t' || (newlines && text[at] is '\r' or '\n')) { at++; }
            else { return; }
        }
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c == '-';

    private GrammarFault Fault(string what)
    {
        var line = text.AsSpan(0, Math.Min(at, text.Length)).Count('\n') + 1;
        return new GrammarFault($"The grammar cannot be read at line {line}: {what}.") { Plainly = $"{what}." };
    }
}
