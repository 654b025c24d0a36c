using System.Globalization;

namespace Platform.Agents.Tools.Tables;

/// <summary>What a cell is to SQL: a number where it reads as one, nothing where it is empty, else its text.</summary>
internal static class CellValue
{
    private const string Currencies = "€$£¥￥";

    public static object Of(string cell)
    {
        if (cell.Length == 0 || cell is "–")
            return DBNull.Value;
        var number = cell.Trim(Currencies.ToCharArray()).Trim();
        // A number that begins with 0, as an id may, keeps its digits.
        if (number.Length == 0 || number.Length > 24 || (number[0] == '0' && number.Length > 1 && number[1] != '.') || !IsGrouped(number))
            return cell;
        if (long.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var whole))
            return whole;
        return double.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var real) ? real : cell;
    }

    /// <summary>Commas only before groups of three digits: 1,5 and 2026,1 are text.</summary>
    private static bool IsGrouped(string number)
    {
        var groups = number.Split('.')[0].TrimStart('-', '+').Split(',');
        return groups.Length == 1 || (groups[0].Length is >= 1 and <= 3 && groups.Skip(1).All(group => group.Length == 3));
    }
}
