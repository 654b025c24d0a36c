using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Dates;

/// <summary>Reads and writes dates as people write them in English and Chinese.</summary>
internal static partial class DateText
{
    private static readonly string[] English = ["d MMMM yyyy", "d MMM yyyy", "MMMM d yyyy", "MMM d yyyy"];

    /// <summary>The date, or a sentence that says why it is none. A date that two countries read differently is refused.</summary>
    public static (DateOnly? Date, string? Fault) Read(string text, DateOnly today, ToolTexts texts)
    {
        var said = text.Trim();
        switch (said.ToLowerInvariant())
        {
            case "today" or "now" or "今天" or "今日": return (today, null);
            case "tomorrow" or "明天": return (today.AddDays(1), null);
            case "yesterday" or "昨天": return (today.AddDays(-1), null);
            case "后天": return (today.AddDays(2), null);
            case "前天": return (today.AddDays(-2), null);
        }
        if (YearFirst().Match(said) is { Success: true } iso)
            return Of(text, iso.Groups["y"].Value, iso.Groups["m"].Value, iso.Groups["d"].Value, texts);
        if (YearLast().Match(said) is { Success: true } last)
            return Ambiguous(text, last, texts);
        var words = Ordinal().Replace(said.Replace(",", " ", StringComparison.Ordinal).Replace(".", " ", StringComparison.Ordinal), "$1");
        words = Weekday().Replace(Spaces().Replace(words, " "), "").Replace("Sept ", "Sep ", StringComparison.OrdinalIgnoreCase).Trim();
        return DateOnly.TryParseExact(words, English, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? (date, null)
            : (null, texts.NoDate(ShortText.Of(text, 40)));
    }

    /// <summary>2026-11-22 (Sunday, 22 November 2026; 2026年11月22日 星期日; ISO week 2026-W47).</summary>
    public static string Write(DateOnly date, ToolTexts texts)
    {
        var day = date.ToDateTime(TimeOnly.MinValue);
        return texts.WrittenDate(date, string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(day):0000}-W{ISOWeek.GetWeekOfYear(day):00}"));
    }

    private static (DateOnly?, string?) Ambiguous(string text, Match match, ToolTexts texts)
    {
        var (a, b, year) = (match.Groups["a"].Value, match.Groups["b"].Value, match.Groups["y"].Value);
        var (first, second) = (int.Parse(a, CultureInfo.InvariantCulture), int.Parse(b, CultureInfo.InvariantCulture));
        // With points the day comes first everywhere.
        if (match.Groups["by"].Value == "." || first > 12 || first == second)
            return Of(text, year, b, a, texts);
        return second > 12
            ? Of(text, year, a, b, texts)
            : (null, texts.TwoDates(ShortText.Of(text, 40), string.Create(CultureInfo.InvariantCulture, $"{year}-{second:00}-{first:00}"), string.Create(CultureInfo.InvariantCulture, $"{year}-{first:00}-{second:00}")));
    }

    private static (DateOnly?, string?) Of(string text, string year, string month, string day, ToolTexts texts) =>
        DateOnly.TryParseExact($"{year}-{month}-{day}", "yyyy-M-d", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? (date, null)
            : (null, texts.NoDate(ShortText.Of(text, 40)));

    [GeneratedRegex(@"^(?<y>\d{4})(?:\s*年\s*|[-/.])(?<m>\d{1,2})(?:\s*月\s*|[-/.])(?<d>\d{1,2})\s*[日号]?$", RegexOptions.CultureInvariant)]
    private static partial Regex YearFirst();

    [GeneratedRegex(@"^(?<a>\d{1,2})(?<by>[-/.])(?<b>\d{1,2})\k<by>(?<y>\d{4})$", RegexOptions.CultureInvariant)]
    private static partial Regex YearLast();

    [GeneratedRegex(@"\b(\d{1,2})(?:st|nd|rd|th)\b(?:\s+of\b)?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Ordinal();

    [GeneratedRegex(@"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\s", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Weekday();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();
}
