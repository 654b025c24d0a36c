using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Platform.Agents.Tools.Tables;

/// <summary>What stands before the decimals in a column's numbers, as its cells show that cannot be read in two ways: 1.5 or 1,234.50; 1,5 or 1.234,50; some of each.</summary>
internal enum DecimalSign { Point, Comma, Either }

/// <summary>What a cell is to SQL: a number where it reads as one, nothing where it is empty, else its text.</summary>
internal static partial class CellValue
{
    private const string Currencies = "€$£¥￥";

    /// <summary>What the cells of one column agree on; a point where none shows it. Groups alone, such as 1.234.567, show a comma only in a column without addresses and other codes.</summary>
    public static DecimalSign SignOf(IEnumerable<string> cells)
    {
        bool points = false, commas = false, groups = false, codes = false;
        foreach (var number in cells.Where(cell => cell.AsSpan().IndexOfAny('.', ',') >= 0).Select(Bare))
            (points, commas, groups, codes) = (points || WithPoint().IsMatch(number), commas || WithComma().IsMatch(number), groups || GroupsOnly().IsMatch(number), codes || IsCode(number));
        commas |= groups && !codes;
        return !commas ? DecimalSign.Point : points ? DecimalSign.Either : DecimalSign.Comma;
    }

    /// <param name="sign">The column's. Where it has both, what could be either, such as 1,234, stays a text.</param>
    public static object Of(string cell, DecimalSign sign = DecimalSign.Point)
    {
        if (cell.Length == 0 || cell is "–")
            return DBNull.Value;
        var number = Bare(cell);
        if (sign == DecimalSign.Either && TwoWays().IsMatch(number))
            return cell;
        if ((sign == DecimalSign.Comma && Grouped().IsMatch(number)) || (sign == DecimalSign.Either && (WithComma().IsMatch(number) || GroupsOnly().IsMatch(number))))
            number = Groups().Replace(number, "").Replace(',', '.');
        // A number that begins with 0, as an id may, keeps its digits.
        if (number.Length == 0 || number.Length > 24 || (number[0] == '0' && number.Length > 1 && number[1] != '.') || !IsGrouped(number))
            return cell;
        if (long.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var whole))
            return whole;
        return double.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var real) ? real : cell;
    }

    /// <summary>Whether its points are none of a number: 192.168.1.10, 2.0.1.</summary>
    private static bool IsCode(string number) => Dotted().IsMatch(number) && (!Grouped().IsMatch(number) || (number.AsSpan().Count('.') == 3 && IPAddress.TryParse(number, out _)));

    private static string Bare(string cell) => cell.Trim(Currencies.ToCharArray()).Trim();

    /// <summary>Commas only before groups of three digits: 2026,1 is text where no column says that it is a number.</summary>
    private static bool IsGrouped(string number)
    {
        var groups = number.Split('.')[0].TrimStart('-', '+').Split(',');
        return groups.Length == 1 || (groups[0].Length is >= 1 and <= 3 && groups.Skip(1).All(group => group.Length == 3));
    }

    [GeneratedRegex(@"^(?![-+]?[1-9]\d{0,2}\.\d{3}$)[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)\.\d+$|^[-+]?\d{1,3}(?:,\d{3}){2,}$")]
    private static partial Regex WithPoint();

    [GeneratedRegex(@"^(?![-+]?[1-9]\d{0,2},\d{3}$)[-+]?(?:\d+|\d{1,3}(?:[. \u00A0\u202F'’]\d{3})+),\d+$")]
    private static partial Regex WithComma();

    [GeneratedRegex(@"^[-+]?\d{1,3}(?:\.\d{3}){2,}$")]
    private static partial Regex GroupsOnly();

    [GeneratedRegex(@"^\d+(?:\.\d+){2,}$")]
    private static partial Regex Dotted();

    [GeneratedRegex(@"^[-+]?[1-9]\d{0,2}[.,]\d{3}$")]
    private static partial Regex TwoWays();

    [GeneratedRegex(@"^[-+]?(?:\d+|\d{1,3}(?:[. \u00A0\u202F'’]\d{3})+)(?:,\d+)?$")]
    private static partial Regex Grouped();

    [GeneratedRegex(@"[. \u00A0\u202F'’]")]
    private static partial Regex Groups();
}
