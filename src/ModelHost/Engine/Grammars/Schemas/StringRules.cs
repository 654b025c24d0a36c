using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>Strings by length, by format or by pattern; one of the three, because a grammar cannot hold two at once.</summary>
internal static class StringRules
{
    private const int Longest = 100_000;

    private const string Year = "[1-9] [0-9]{3}", Hour = "([01] [0-9] | \"2\" [0-3])", Minute = "[0-5] [0-9]";
    private const string Date = $"{Year} \"-\" ((\"0\" [13578] | \"1\" [02]) \"-\" (\"0\" [1-9] | [12] [0-9] | \"3\" [01]) | (\"0\" [469] | \"11\") \"-\" (\"0\" [1-9] | [12] [0-9] | \"30\") | \"02-\" (\"0\" [1-9] | \"1\" [0-9] | \"2\" [0-8]))";
    private const string Time = $"{Hour} \":\" {Minute} \":\" {Minute} (\".\" [0-9]{{1,6}})? (\"Z\" | [-+] (\"0\" [0-9] | \"1\" [0-3]) \":\" {Minute})";
    private const string Uuid = "[0-9a-f]{8} \"-\" [0-9a-f]{4} \"-\" [0-9a-f]{4} \"-\" [0-9a-f]{4} \"-\" [0-9a-f]{12}";

    internal static string Of(GrammarDraft draft, JsonRules json, JsonObject schema, string at) =>
        Inside(schema, at, (least, most) => draft.Repeat(json.Character, least, most), (pattern, place) => PatternGrammar.Of(draft, JsonRules.Written, json.Character, pattern, place)) is { } inside
            ? draft.Rule("string", $"\"\\\"\" {inside} \"\\\"\"") : json.String;

    /// <summary>The texts that a schema takes, without their quotes; null for any.</summary>
    /// <param name="counted">So many characters, at most without end where the second is null.</param>
    /// <param name="matching">What a pattern is found in; its place is told with a fault.</param>
    internal static string? Inside(JsonObject schema, string at, Func<int, int?, string> counted, Func<string, string, string> matching)
    {
        var (least, most) = (SchemaKeywords.Count(schema, "minLength", at), SchemaKeywords.Count(schema, "maxLength", at));
        var (pattern, format) = (SchemaKeywords.Text(schema, "pattern", at), SchemaKeywords.Text(schema, "format", at));
        if (pattern is null && format is null && least is null && most is null) { return null; }
        if (pattern is not null && format is not null) { throw SchemaFault.At(at.Below("pattern"), "'pattern' together with 'format' is not supported. Keep one."); }
        if ((pattern ?? format) is not null && (least ?? most) is not null) { throw SchemaFault.At(at.Below(least is null ? "maxLength" : "minLength"), "a length together with 'pattern' or 'format' is not supported. Say the length inside the pattern."); }
        return pattern is not null ? matching(pattern, at.Below("pattern"))
            : format is not null ? Format(format, at.Below("format"))
            : Lengths(counted, least ?? 0, most, at);
    }

    private static string Lengths(Func<int, int?, string> counted, int least, int? most, string at)
    {
        if (most < least) { throw SchemaFault.At(at.Below("maxLength"), $"{most} is less than the minLength of {least}, so nothing fits."); }
        return least <= Longest && most is null or <= Longest ? counted(least, most) : throw SchemaFault.At(at.Below(least > Longest ? "minLength" : "maxLength"), $"{Longest} characters is the most that can be counted. Leave it out, or lower it.");
    }

    private static string Format(string format, string at) => format switch
    {
        "date" => $"({Date})",
        "time" => $"({Time})",
        "date-time" => $"({Date} \"T\" {Time})",
        "uuid" => $"({Uuid})",
        _ => throw SchemaFault.At(at, $"the format '{format}' is not supported; known are date, time, date-time, uuid."),
    };
}
