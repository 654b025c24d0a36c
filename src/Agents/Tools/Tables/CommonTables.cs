using System.Text.RegularExpressions;

namespace Platform.Agents.Tools.Tables;

/// <summary>The common tables of a query (WITH). SQLite writes each of them out at every place that names it, before the query runs and without a look at time or memory: a few that name one another twice are thousands.</summary>
internal static partial class CommonTables
{
    /// <summary>More copies than a person's query comes to, and few enough to be written out in a moment.</summary>
    public const int MostCopies = 500;

    /// <summary>How often they may be written out at the most: the product of how often each is named, wherever its name stands and wherever it is defined; not as the table of a column (leave.days), which writes out nothing.</summary>
    public static double Copies(string sql)
    {
        var text = sql.Replace("\"\"", "\"", StringComparison.Ordinal).Replace("``", "`", StringComparison.Ordinal).Replace("''", "'", StringComparison.Ordinal);
        return Defined().Matches(sql).Select(match => NameOf(match.Groups[1].Value)).Where(name => name.Length > 0).Aggregate(1.0, (copies, name) => copies * Math.Max(1, Times(text, name) - 1));
    }

    private static string NameOf(string written) => written[0] switch
    {
        '"' => written[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal),
        '`' => written[1..^1].Replace("``", "`", StringComparison.Ordinal),
        '\'' => written[1..^1].Replace("''", "'", StringComparison.Ordinal),
        '[' => written[1..^1],
        _ => written,
    };

    private static int Times(string text, string name)
    {
        var times = 0;
        for (var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(name, at + name.Length, StringComparison.OrdinalIgnoreCase))
        {
            if (!IsOfWord(text, at - 1, name[0]) && !IsOfWord(text, at + name.Length, name[^1]) && !IsOfColumn(text, at + name.Length))
                times++;
        }
        return times;
    }

    private static bool IsOfColumn(string text, int after)
    {
        var dot = after < text.Length && text[after] is '"' or '`' or '\'' or ']' ? after + 1 : after;
        return dot < text.Length && text[dot] == '.';
    }

    private static bool IsOfWord(string text, int at, char beside) => at >= 0 && at < text.Length && IsOfName(text[at]) && IsOfName(beside);

    private static bool IsOfName(char character) => char.IsLetterOrDigit(character) || character is '_' or '$' || char.IsSurrogate(character);

    // name AS (, or name (columns) AS NOT MATERIALIZED (, with comments anywhere between; what is matched is given up no more, so that no query is long to look through.
    [GeneratedRegex("""("(?:[^"]|"")*"|`(?:[^`]|``)*`|'(?:[^']|'')*'|\[[^\]]*\]|[\w$]+)(?>(?:\s|/\*.*?\*/|--[^\n]*\n)*)(?:\([^()]*\)(?>(?:\s|/\*.*?\*/|--[^\n]*\n)*))?AS\b(?>(?:\s|/\*.*?\*/|--[^\n]*\n|NOT\b|MATERIALIZED\b)*)\(""", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Defined();
}
