using System.Globalization;
using System.Text;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>A regular expression of `pattern` as a grammar: texts, classes, groups, alternatives, repetitions, ^ at the beginning and $ at the end. References back, looking around and word borders are refused.</summary>
internal sealed class PatternGrammar
{
    private const int MostNesting = 32, MostRepetitions = 1_000;

    private static readonly CharSet Digits = CharSet.Of(('0', '9')), Words = CharSet.Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));
    private static readonly CharSet Spaces = CharSet.Of(('\t', '\r'), (' ', ' ')), WideSpaces = CharSet.Of(('\t', '\r'), (0x1C, ' '), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));
    private static readonly CharSet LineEnds = CharSet.Of(('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029));

    private static readonly CharSet Single = CharSet.Of((0, 0xD7FF), (0xE000, 0xFFFF)); // what every regular expression counts as one character

    private readonly string pattern, at;
    private readonly Func<CharSet, string> write;
    private readonly string any;
    private int next;

    private PatternGrammar(string pattern, Func<CharSet, string> write, string any, string at) => (this.pattern, this.write, this.any, this.at) = (pattern, write, any, at);

    /// <summary>The texts that the pattern is found in.</summary>
    /// <param name="write">One character of a set; empty where none of it can be written.</param>
    /// <param name="any">Any character.</param>
    internal static string Of(GrammarDraft draft, Func<CharSet, string> write, string any, string pattern, string at)
    {
        if (pattern.Length > 1_000) { throw SchemaFault.At(at, $"the pattern has {pattern.Length} characters; 1000 is the most."); }
        var reader = new PatternGrammar(pattern, write, any, at);
        var ways = new List<string>();
        do { ways.Add(reader.ReadAnchored()); } while (reader.Take('|'));
        if (reader.next < pattern.Length) { throw reader.Fault($"'{pattern[reader.next]}' has no partner"); }
        var outer = draft.Place;
        draft.Place = at;
        var rule = draft.Rule("pattern", string.Join(" | ", ways));
        draft.Place = outer;
        return rule;
    }

    private char Next => next < pattern.Length ? pattern[next] : '\0';

    private string ReadAnchored()
    {
        var begins = Take('^');
        var middle = ReadSequence(depth: 0);
        var ends = Take('$');
        if (next < pattern.Length && Next is not ('|' or ')')) { throw Fault("'$' is supported at the end only"); }
        return $"{(begins ? "" : any + "* ")}{middle}{(ends ? "" : $" {any}*")}";
    }

    private string ReadSequence(int depth)
    {
        var parts = new List<string>();
        while (next < pattern.Length && Next is not ('|' or ')' or '$')) { parts.Add(ReadRepetition(ReadAtom(depth))); }
        return parts.Count > 0 ? $"({string.Join(' ', parts)})" : "\"\"";
    }

    private string ReadRepetition(string atom)
    {
        var (least, most) = (1, (int?)1);
        if (Take('*')) { (least, most) = (0, null); }
        else if (Take('+')) { (least, most) = (1, null); }
        else if (Take('?')) { (least, most) = (0, 1); }
        else if (Take('{')) { (least, most) = ReadCounts(); }
        else { return atom; }
        Take('?'); // as few as possible: the same texts
        if (Next is '*' or '+' or '?' or '{') { throw Fault("a repetition follows a repetition"); }
        var times = string.Create(CultureInfo.InvariantCulture, $"{{{least},{most}}}");
        return most == 0 ? "\"\"" : atom + times;
    }

    private (int Least, int? Most) ReadCounts()
    {
        var least = ReadCount();
        int? most = !Take(',') ? least : Next == '}' ? null : ReadCount();
        if (!Take('}')) { throw Fault("a repetition without its closing brace"); }
        return most is null || most >= least ? (least, most) : throw Fault("a repetition ends before it begins");
    }

    private int ReadCount()
    {
        var begin = next;
        while (char.IsAsciiDigit(Next)) { next++; }
        return int.TryParse(pattern.AsSpan(begin, next - begin), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MostRepetitions ? count : throw Fault($"a count must be 0 to {MostRepetitions}");
    }

    private string ReadAtom(int depth)
    {
        switch (Next)
        {
            case '(': return ReadGroup(depth + 1);
            case '[': return Written(ReadClass());
            case '.':
                next++;
                return Written(Single.Except(LineEnds));
            case '^': throw Fault("'^' is supported at the beginning only");
            case '*' or '+' or '?' or '{': throw Fault("a repetition has nothing before it");
            default: return Written(ReadCharacter(inClass: false));
        }
    }

    private string Written(CharSet set) => write(set) is { Length: > 0 } written ? written : throw Fault("it asks for a character that cannot stand in a text here");

    private string ReadGroup(int depth)
    {
        if (depth > MostNesting) { throw Fault($"groups are nested deeper than {MostNesting}"); }
        next++;
        if (Take('?') && !Take(':')) { throw Fault("groups that look around, or have names or options, are not supported"); }
        var ways = new List<string>();
        do { ways.Add(ReadSequence(depth)); } while (Take('|'));
        if (Next == '$') { throw Fault("'$' is supported at the end only"); }
        return Take(')') ? $"({string.Join(" | ", ways)})" : throw Fault("a group without its closing bracket");
    }

    private CharSet ReadClass()
    {
        next++;
        var negated = Take('^');
        var set = CharSet.Of();
        while (Next != ']' || next >= pattern.Length)
        {
            if (next >= pattern.Length) { throw Fault("a class without its closing bracket"); }
            var first = ReadCharacter(inClass: true);
            if (Next == '-' && next + 1 < pattern.Length && pattern[next + 1] != ']')
            {
                next++;
                var last = ReadCharacter(inClass: true);
                if (!IsOne(first) || !IsOne(last) || last.Ranges[0].First < first.Ranges[0].First) { throw Fault("a range of a class needs two characters in order"); }
                first = CharSet.Of((first.Ranges[0].First, last.Ranges[0].First));
            }
            set = set.Or(first);
        }
        next++;
        set = negated ? Single.Except(set) : set;
        return set.IsEmpty ? throw Fault("a class that nothing fits") : set;
    }

    private CharSet ReadCharacter(bool inClass)
    {
        if (Next != '\\')
        {
            if (!Rune.TryGetRuneAt(pattern, next, out var rune)) { throw Fault("a character is cut in two"); }
            if (!inClass && rune.Value is ']' or '}') { throw Fault($"'{(char)rune.Value}' has no partner; write it with a backslash"); }
            next += rune.Utf16SequenceLength;
            return CharSet.Of((rune.Value, rune.Value));
        }
        next += 2;
        if (next > pattern.Length) { throw Fault("a backslash at the end"); }
        var escape = pattern[next - 1];
        return escape switch
        {
            'd' => Digits,
            'D' => Single.Except(Digits),
            'w' => Words,
            'W' => Single.Except(Words),
            's' => Spaces,
            'S' => Single.Except(WideSpaces),
            't' => CharSet.Of("\t"),
            'n' => CharSet.Of("\n"),
            'r' => CharSet.Of("\r"),
            'f' => CharSet.Of("\f"),
            'v' => CharSet.Of("\v"),
            'x' => ReadHex(2),
            'u' => ReadHex(4),
            _ when char.IsAsciiLetterOrDigit(escape) => throw Fault($"'\\{escape}' is not supported"),
            _ when char.IsSurrogate(escape) => throw Fault("a character is cut in two"),
            _ => CharSet.Of((escape, escape)),
        };
    }

    private CharSet ReadHex(int digits)
    {
        if (next + digits > pattern.Length || !int.TryParse(pattern.AsSpan(next, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value is >= 0xD800 and <= 0xDFFF)
        {
            throw Fault($"an escape wants {digits} hexadecimal digits of a character");
        }
        next += digits;
        return CharSet.Of((value, value));
    }

    private static bool IsOne(CharSet set) => set.Ranges is [var (first, last)] && first == last;

    private bool Take(char wanted)
    {
        if (Next != wanted) { return false; }
        next++;
        return true;
    }

    private GrammarFault Fault(string what) => SchemaFault.At(at, string.Create(CultureInfo.InvariantCulture, $"the pattern cannot be followed at character {Math.Min(next, pattern.Length) + 1}: {what}."));
}
