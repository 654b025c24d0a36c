using System.Globalization;
using System.Text;

namespace Platform.Agents.Tools.Tables;

/// <summary>Makes a name that SQL takes without quotes from the words of a sheet or column.</summary>
internal static class TableName
{
    private const int MaxCharacters = 40;

    private static readonly HashSet<string> Words = new(
        "all and as asc between by case cast check column create cross current date default delete desc distinct drop else end exists for foreign from full group having in index inner insert into is join key left like limit natural not null of offset on or order outer primary references right row rows select set table then time to union unique update using values view when where with without"
            .Split(' '), StringComparer.Ordinal);

    /// <summary>Letters, digits and low lines, in lower case, other than the names that are taken.</summary>
    public static string Of(string words, string otherwise, ISet<string> taken)
    {
        StringBuilder name = new();
        foreach (var c in words.Normalize(NormalizationForm.FormKC).ToLowerInvariant())
        {
            if (name.Length >= MaxCharacters)
                break;
            if (char.IsLetterOrDigit(c))
                name.Append(c);
            else if (name.Length > 0 && name[^1] != '_')
                name.Append('_');
        }
        var plain = name.ToString().Trim('_');
        if (plain.Length == 0)
            plain = otherwise;
        if (char.IsDigit(plain[0]) || Words.Contains(plain) || plain.StartsWith("sqlite_", StringComparison.Ordinal))
            plain = "_" + plain;
        var free = plain;
        for (var number = 2; !taken.Add(free); number++)
            free = string.Create(CultureInfo.InvariantCulture, $"{plain}_{number}");
        return free;
    }
}
