using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Retrieval.Reading.Office;

/// <summary>Shows numbers as a workbook does, as far as decimals, thousands, per cent, dates and times go.</summary>
internal static partial class NumberFormat
{
    private const double LastDay = 2_958_465; // 9999-12-31

    public static string BuiltIn(int id) => id switch
    {
        1 => "0", 2 => "0.00", 3 or 37 or 38 => "#,##0", 4 or 39 or 40 => "#,##0.00", 9 => "0%", 10 => "0.00%",
        (>= 14 and <= 17) or (>= 27 and <= 31) or 36 or (>= 50 and <= 58) => "yyyy-mm-dd",
        (>= 18 and <= 21) or (>= 32 and <= 35) or (>= 45 and <= 47) => "hh:mm",
        22 => "yyyy-mm-dd hh:mm",
        _ => "General",
    };

    public static string Shown(double value, string format, bool from1904)
    {
        var code = Decoration().Replace(format.Split(';')[0], "");
        bool hasDay = code.AsSpan().ContainsAny("yYdD"), hasTime = code.AsSpan().ContainsAny("hHsS");
        if (hasDay || hasTime) return DateShown(value, hasDay, hasTime, from1904);
        var point = code.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : code.Skip(point + 1).TakeWhile(c => c is '0' or '#' or '?').Count();
        if (code.Contains('%', StringComparison.Ordinal)) return (value * 100).ToString($"F{decimals}", CultureInfo.InvariantCulture) + "%";
        if (!code.AsSpan().ContainsAny("0#") || code.Contains('E', StringComparison.Ordinal) || Math.Abs(value) > 1e15) return value.ToString("G15", CultureInfo.InvariantCulture);
        return value.ToString((code.Contains(",#", StringComparison.Ordinal) || code.Contains(",0", StringComparison.Ordinal) ? "N" : "F") + decimals, CultureInfo.InvariantCulture);
    }

    private static string DateShown(double value, bool hasDay, bool hasTime, bool from1904)
    {
        if (from1904) value += 1462;
        if (value is < 0 or > LastDay) return value.ToString("G15", CultureInfo.InvariantCulture);
        // Excel counts a 29 February 1900 that never was.
        var moment = new DateTime(1899, 12, 30, 0, 0, 0, DateTimeKind.Unspecified).AddDays(value < 60 && value >= 1 ? value + 1 : value).AddMilliseconds(500);
        var time = moment.Second == 0 ? "HH:mm" : "HH:mm:ss";
        return moment.ToString(hasDay && hasTime ? "yyyy-MM-dd " + time : hasDay ? "yyyy-MM-dd" : time, CultureInfo.InvariantCulture);
    }

    /// <summary>Quoted text, colours, conditions, currencies and escaped characters.</summary>
    [GeneratedRegex("\"[^\"]*\"|\\[[^\\]]*\\]|\\\\.|_.|\\*.")]
    private static partial Regex Decoration();
}
