namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>The rules of JSON itself. Between two items there is room for one space and no more, so that a weak model cannot lose itself in white space; free values are nested at most 16 deep.</summary>
internal sealed class JsonRules(GrammarDraft draft)
{
    private const int Depth = 16;

    private static readonly CharSet Escaped = CharSet.Of(('\0', 0x1F), ('"', '"'), ('\\', '\\'), (0x7F, 0x7F));
    private static readonly CharSet Surrogates = CharSet.Of((0xD800, 0xDFFF)); // halves of characters: no text has them

    private readonly string?[] values = new string?[Depth + 1];

    /// <summary>Characters that stand in a JSON text as they are.</summary>
    internal static CharSet Plain { get; } = CharSet.All.Except(Escaped).Except(Surrogates);

    internal string Comma => draft.Rule("comma", "\",\" \" \"?");

    internal string Colon => draft.Rule("colon", "\":\" \" \"?");

    /// <summary>One character of a string, as itself or escaped.</summary>
    internal string Character => draft.Rule("char", $"{GrammarDraft.Class(Plain)} | \"\\\\\" ([\\x22\\x5C/bfnrt] | \"u\" ([0-9a-cA-CefEF] [0-9a-fA-F]{{3}} | [dD] [0-7] [0-9a-fA-F]{{2}}))");

    internal string String => draft.Rule("string", $"\"\\\"\" {Character}* \"\\\"\"");

    internal static string Boolean => "(\"true\" | \"false\")";

    internal static string Null => "\"null\"";

    internal string Value => ValueAt(0);

    internal string Object => draft.Rule("object", ObjectBody(1));

    /// <summary>One character of a set, in the one way in which this compiler writes it inside a JSON text.</summary>
    internal static string Written(CharSet set)
    {
        var ways = new List<string>();
        var plain = set.And(Plain);
        if (!plain.IsEmpty) { ways.Add(GrammarDraft.Class(plain)); }
        foreach (var (first, last) in set.And(Escaped).Ranges)
        {
            for (var character = first; character <= last; character++) { ways.Add(GrammarDraft.Text(JsonTexts.Inside(((char)character).ToString()))); }
        }
        return GrammarDraft.Or(ways);
    }

    private string ValueAt(int depth)
    {
        if (values[depth] is { } known) { return known; }
        var scalars = $"{String} | {NumberRules.Any(draft)} | {Boolean} | {Null}";
        return values[depth] = draft.Rule("value", depth == Depth ? scalars : $"{ObjectBody(depth + 1)} | {ArrayBody(depth + 1)} | {scalars}");
    }

    private string ObjectBody(int depth)
    {
        var member = $"{String} {Colon} {ValueAt(depth)}";
        return $"\"{{\" ({member} ({Comma} {member})*)? \"}}\"";
    }

    private string ArrayBody(int depth) => $"\"[\" ({ValueAt(depth)} ({Comma} {ValueAt(depth)})*)? \"]\"";
}
