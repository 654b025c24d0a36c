using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>Texts that stand bare, up to the mark that ends them, as some models write the arguments of calls. Each is written with that mark.</summary>
/// <remarks>Whoever reads them cuts line ends off at both sides and knows the mark with white space in it too.</remarks>
/// <param name="draft">The grammar that is being written.</param>
/// <param name="mark">The mark, with the white space around it.</param>
internal sealed class BareTexts(GrammarDraft draft, string mark)
{
    private static readonly CharSet White = CharSet.Of(Enumerable.Range(0, char.MaxValue).Where(c => char.IsWhiteSpace((char)c)).Select(c => (c, c)));
    private static readonly CharSet Written = CharSet.Of((1, 0xD7FF), (0xE000, 0x10FFFF)); // no NUL, no half of a character

    private readonly int[] sign = [.. mark.Where(c => !char.IsWhiteSpace(c)).Select(c => (int)c)];
    private string? any;

    /// <summary>The mark as it is written behind a value that is none of these.</summary>
    internal string End { get; } = GrammarDraft.Text(mark);

    /// <summary>Texts are told by their own schema's type and by nothing else.</summary>
    internal static bool Is(JsonNode? schema) => schema is JsonObject own && own["type"] is JsonValue type && type.TryGetValue<string>(out var name) && name == "string";

    /// <summary>The texts that a flat schema takes. Where it bounds them, the mark's first character is not among them: a grammar cannot count and look for a mark at once.</summary>
    internal string Of(JsonObject schema, string at)
    {
        var free = Written.Except(CharSet.Of((sign[0], sign[0])));
        var inner = free.Except(CharSet.Of(('\n', '\n')));
        return StringRules.Inside(schema, at, Counted, (pattern, place) => PatternGrammar.Of(draft, Set, Set(inner), pattern, place)) is { } inside ? $"{inside} {End}" : Any;

        string Set(CharSet characters) => characters.And(inner) is { IsEmpty: false } left ? GrammarDraft.Class(left) : "";

        string Counted(int least, int? most) => string.Join(' ', ((string[])[draft.Repeat(GrammarDraft.Class(inner), least, least), draft.Repeat(GrammarDraft.Class(free), 0, most - least)]).Where(part => part.Length > 0));
    }

    /// <summary>A text of a list.</summary>
    /// <exception cref="GrammarFault">It would be read as another.</exception>
    internal string Listed(JsonNode? value)
    {
        var text = value!.GetValue<string>();
        return text.Trim('\n') == text && !string.Concat(text.Where(c => !char.IsWhiteSpace(c))).Contains(string.Concat(sign.Select(c => (char)c)), StringComparison.Ordinal) ? $"{GrammarDraft.Text(text)} {End}"
            : throw SchemaFault.At(draft.Place, $"a listed text begins or ends with a line end, or holds '{mark.Trim()}', by which the model ends a text.");
    }

    /// <summary>Any text, up to the mark: rules for how much of the mark was read, white space not counted.</summary>
    private string Any => any ??= $"{Until(sign, White)}{(mark.Length > mark.TrimEnd().Length ? " " + GrammarDraft.Text(mark[mark.TrimEnd().Length..]) : "")}";

    /// <summary>Any text up to a mark and with it.</summary>
    internal static string Until(GrammarDraft draft, string mark) => new BareTexts(draft, mark).Until([.. mark.Select(c => (int)c)], CharSet.Of());

    /// <param name="white">What may stand within the mark.</param>
    private string Until(int[] sign, CharSet white)
    {
        string[] names = [.. sign.Select(_ => draft.Reserve("until"))];
        var signs = CharSet.Of(sign.Select(c => (c, c)));
        for (var read = 0; read < sign.Length; read++)
        {
            var ways = sign.Distinct().GroupBy(c => After(sign, read, c)).Select(group => GrammarDraft.Class(CharSet.Of(group.Select(c => (c, c)))) + (group.Key == sign.Length ? "" : " " + names[group.Key])).ToList();
            var others = Written.Except(signs);
            if (read > 0 && !white.IsEmpty)
            {
                ways.Add($"{GrammarDraft.Class(white)} {names[read]}");
                others = others.Except(white);
            }
            draft.Define(names[read], string.Join(" | ", ways.Append($"{GrammarDraft.Class(others)} {names[0]}")));
        }
        return names[0];
    }

    /// <summary>How much of a mark a text ends with, that ended with so much of it and goes on with a character.</summary>
    private static int After(int[] sign, int read, int character)
    {
        for (var length = read + 1; length > 0; length--)
        {
            if (sign[length - 1] == character && sign.AsSpan(0, length - 1).SequenceEqual(sign.AsSpan(read - length + 1, length - 1))) { return length; }
        }
        return 0;
    }
}
