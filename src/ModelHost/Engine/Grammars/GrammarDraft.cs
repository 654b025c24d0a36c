using System.Globalization;
using System.Text;
using Platform.ModelHost.Engine.Grammars.Schemas;

namespace Platform.ModelHost.Engine.Grammars;

/// <summary>A grammar that is being written. Parts are expressions: they stand alone wherever one element may.</summary>
internal sealed class GrammarDraft
{
    private const int MostCharacters = 256 * 1024, Block = 100;

    private readonly StringBuilder text = new();
    private readonly Dictionary<string, string> byBody = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Owner, string Place)> places = new(StringComparer.Ordinal);
    private int count;

    /// <summary>JSON pointer of the schema that is being written: what its rules are at fault for is told by it.</summary>
    internal string Place { get; set; } = "#";

    /// <summary>What the schema is of, to begin a sentence with; empty where there is only one.</summary>
    internal string Owner { get; set; } = "";

    /// <summary>A name that no rule has yet.</summary>
    internal string Reserve(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{++count}");

    /// <summary>A rule for this body; the same body is the same rule.</summary>
    internal string Rule(string kind, string body)
    {
        if (byBody.TryGetValue(body, out var known)) { return known; }
        var name = Reserve(kind);
        byBody.Add(body, name);
        Define(name, body);
        return name;
    }

    /// <exception cref="GrammarFault">The grammar gets too long.</exception>
    internal void Define(string name, string body)
    {
        if (text.Length + body.Length > MostCharacters) { throw new GrammarFault($"The grammar of the schema has more than {MostCharacters} characters. Make the schema smaller."); }
        text.Append(name).Append(" ::= ").Append(body).Append('\n');
        places.TryAdd(name, (Owner, Place));
    }

    /// <summary>The grammar, held against what those who follow it would choke on.</summary>
    /// <exception cref="GrammarFault">It is refused, in words of the schema.</exception>
    internal string Finish()
    {
        var grammar = text.ToString();
        try
        {
            GrammarCheck.Accept(grammar, GrammarCheck.Root);
            return grammar;
        }
        catch (GrammarFault fault)
        {
            var (owner, place) = fault.Rule is { } rule && places.TryGetValue(rule, out var known) ? known : ("", "#");
            throw new GrammarFault($"{owner}{SchemaFault.At(place, fault.Plainly ?? "what fits it is too much, or too ambiguous, to be followed character by character. Make it smaller.").Message}");
        }
    }

    /// <summary>A text, word for word.</summary>
    internal static string Text(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text.EnumerateRunes()) { quoted.Append(character.Value is '"' ? "\\\"" : character.Value is '\\' ? "\\\\" : character.Value < ' ' ? Escape(character.Value) : character.ToString()); }
        return quoted.Append('"').ToString();
    }

    /// <summary>One character of a set.</summary>
    internal static string Class(CharSet set)
    {
        var written = new StringBuilder("[");
        foreach (var (first, last) in set.Ranges)
        {
            written.Append(Escape(first));
            if (last > first) { written.Append('-').Append(Escape(last)); }
        }
        return written.Append(']').ToString();
    }

    internal static string Or(IReadOnlyList<string> alternatives) => alternatives.Count == 1 ? alternatives[0] : $"({string.Join(" | ", alternatives)})";

    /// <summary>An item so many times, at most without end where most is null. Large counts are written as blocks, because each one costs a place.</summary>
    internal string Repeat(string item, int least, int? most)
    {
        if (most == 0) { return ""; }
        if (most <= 2 * Block || (most is null && least <= 2 * Block)) { return Once(item, least, most); }
        var block = Rule("block", Once(item, Block, Block));
        var first = string.Join(' ', new[] { Once(block, least / Block, least / Block), Once(item, least % Block, least % Block) }.Where(part => part.Length > 0));
        if (most is not { } bound) { return Group(first, Once(item, 0, null)); }
        var (blocks, rest) = Math.DivRem(bound - least, Block);
        if (blocks == 0) { return Group(first, Once(item, 0, rest)); }
        var some = Group(Once(block, 0, blocks - 1), Once(item, 0, Block - 1));
        var all = Group(Once(block, blocks, blocks), Once(item, 0, rest));
        return Group(first, $"({some} | {all})");
    }

    private static string Group(params IEnumerable<string> parts) => $"({string.Join(' ', parts.Where(part => part.Length > 0))})";

    private static string Once(string item, int least, int? most) => (least, most) switch
    {
        (_, 0) => "",
        (0, null) => item + "*",
        (1, null) => item + "+",
        (0, 1) => item + "?",
        (1, 1) => item,
        _ => string.Create(CultureInfo.InvariantCulture, $"{item}{{{least},{most}}}"),
    };

    private static string Escape(int character) =>
        character < 0x80 && char.IsAsciiLetterOrDigit((char)character) ? ((char)character).ToString()
        : character <= 0xFF ? string.Create(CultureInfo.InvariantCulture, $"\\x{character:X2}")
        : character <= 0xFFFF ? string.Create(CultureInfo.InvariantCulture, $"\\u{character:X4}")
        : string.Create(CultureInfo.InvariantCulture, $"\\U{character:X8}");
}
