using System.Collections.Frozen;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Platform.Agents.Tools.Tables;

/// <summary>The functions of SQL that a query may call: those that compute, none that reaches outside or makes bytes without end.</summary>
internal static class SqlFunctions
{
    public static FrozenSet<string> Allowed { get; } = FrozenSet.ToFrozenSet(
        "abs avg ceil ceiling coalesce count date datetime dense_rank exp first_value floor format glob group_concat ifnull iif instr julianday lag last_value lead length like ln log log10 lower ltrim max min mod nth_value ntile nullif percent_rank power printf rank replace round row_number rtrim sign sqrt strftime string_agg substr substring sum time total trim typeof unicode upper"
            .Split(' '), StringComparer.OrdinalIgnoreCase);

    /// <summary>Puts what trims characters of a set in the place of SQLite's own, which compares each character of the text with each of the set, and cannot be stopped meanwhile.</summary>
    public static void Replace(SqliteConnection connection)
    {
        connection.CreateFunction<string?, string?, string?>("trim", (text, set) => Trim(text, set, start: true, end: true), isDeterministic: true);
        connection.CreateFunction<string?, string?, string?>("ltrim", (text, set) => Trim(text, set, start: true, end: false), isDeterministic: true);
        connection.CreateFunction<string?, string?, string?>("rtrim", (text, set) => Trim(text, set, start: false, end: true), isDeterministic: true);
    }

    private static string? Trim(string? text, string? set, bool start, bool end)
    {
        if (text is null || set is null)
            return null;
        HashSet<Rune> trimmed = [.. set.EnumerateRunes()];
        var rest = text.AsSpan();
        while (start && !rest.IsEmpty && Rune.DecodeFromUtf16(rest, out var first, out var length) >= 0 && trimmed.Contains(first))
            rest = rest[length..];
        while (end && !rest.IsEmpty && Rune.DecodeLastFromUtf16(rest, out var last, out var length) >= 0 && trimmed.Contains(last))
            rest = rest[..^length];
        return rest.ToString();
    }
}
