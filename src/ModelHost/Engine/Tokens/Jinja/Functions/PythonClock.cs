using System.Globalization;
using System.Text;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Functions;

/// <summary>A time in the form that C's strftime makes.</summary>
internal static class PythonClock
{
    internal static string Format(DateTimeOffset time, string format)
    {
        var output = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 >= format.Length) { output.Append(format[i]); continue; }
            var noPadding = format[++i] == '-' && i + 1 < format.Length;
            if (noPadding) { i++; }
            var part = Part(time, format[i]);
            output.Append(noPadding ? part.TrimStart('0', ' ') is { Length: > 0 } shorter ? shorter : "0" : part);
        }
        return output.ToString();
    }

    private static string Part(DateTimeOffset time, char code) => code switch
    {
        'a' => Of(time, "ddd"),
        'A' => Of(time, "dddd"),
        'b' or 'h' => Of(time, "MMM"),
        'B' => Of(time, "MMMM"),
        'd' => Of(time, "dd"),
        'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'D' => Of(time, "MM'/'dd'/'yy"),
        'F' => Of(time, "yyyy'-'MM'-'dd"),
        'H' => Of(time, "HH"),
        'I' => Of(time, "hh"),
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'm' => Of(time, "MM"),
        'M' => Of(time, "mm"),
        'p' => time.Hour < 12 ? "AM" : "PM",
        'S' => Of(time, "ss"),
        'T' => Of(time, "HH':'mm':'ss"),
        'R' => Of(time, "HH':'mm"),
        'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'y' => Of(time, "yy"),
        'Y' => Of(time, "yyyy"),
        'z' => Of(time, "zzz").Replace(":", "", StringComparison.Ordinal),
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => throw TemplateException.Evaluation($"The time format '%{code}' is not known."),
    };

    private static string Of(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
