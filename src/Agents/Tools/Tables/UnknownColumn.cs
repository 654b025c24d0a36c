using System.Text.RegularExpressions;

namespace Platform.Agents.Tools.Tables;

/// <summary>The columns that a query may have meant by one that is not there.</summary>
internal static partial class UnknownColumn
{
    private const int MostNamed = 40;

    /// <summary>Of the tables that the query names, with each the columns as SQL names them, the likeliest first; none where the query failed for something else.</summary>
    /// <param name="words">SQLite's own.</param>
    public static IReadOnlyList<(string Table, IReadOnlyList<string> Columns, int More)> Meant(string words, IReadOnlyList<ShelfTable> tables)
    {
        if (Named().Match(words) is not { Success: true } unknown)
            return [];
        // SQL's name of what the person calls the column: "2023" is _2023.
        var wanted = Plain(TableName.Of(unknown.Groups["name"].Value, "column", new HashSet<string>()));
        return
        [
            .. tables.Select(table => (table, near: table.Outline.Columns.OrderBy(column => Distance(Plain(column), wanted)).ToList()))
                .OrderBy(one => one.near.Min(column => (int?)Distance(Plain(column), wanted)) ?? int.MaxValue)
                .Select(one => (one.table.Name, (IReadOnlyList<string>)[.. one.near.Take(MostNamed)], Math.Max(0, one.near.Count - MostNamed))),
        ];
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal);

    /// <summary>Letters to be put in, taken out or changed.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 0; i < one.Length; i++)
        {
            var before = row[0]++;
            for (var j = 0; j < other.Length; j++)
                (before, row[j + 1]) = (row[j + 1], Math.Min(before + (one[i] == other[j] ? 0 : 1), Math.Min(row[j], row[j + 1]) + 1));
        }
        return row[^1];
    }

    // Whose column it was to be is left out: a table, or the short name of one.
    [GeneratedRegex("no such column: (?:[^\"\\s]+\\.)?\"?(?<name>[^\"']+?)\"?(?: - should this be|'|$)")]
    private static partial Regex Named();
}
