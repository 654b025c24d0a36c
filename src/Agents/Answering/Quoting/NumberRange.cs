using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Agents.Answering.Citing;

namespace Platform.Agents.Answering.Quoting;

/// <summary>Finds the row of a table that a number falls under: "£500 to £2,500", "above £2,500" and 3,000元至20,000元 answer for every number between.</summary>
internal sealed partial class NumberRange(string question)
{
    private const string Low = @"(?<low>\d[\d,]*(?:\.\d+)?)", High = @"(?<high>\d[\d,]*(?:\.\d+)?)", Unit = @"\s*\p{L}{0,2}\s*";

    private readonly IReadOnlyList<double> numbers = [.. CitedNumbers.Of(question).Select(Value)];

    /// <summary>Whether a number of the question lies in a range of the sentence.</summary>
    public bool LiesIn(string sentence) =>
        numbers.Count > 0 && Range().Matches(CitedNumbers.InDigits(sentence)).Any(range => numbers.Any(n => Bound(range, "low", 0) < n && n <= Bound(range, "high", double.MaxValue)));

    private static double Bound(Match range, string side, double open) => range.Groups[side] is { Success: true } bound ? Value(bound.Value) : open;

    private static double Value(string digits) => double.Parse(digits.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    [GeneratedRegex(Low + Unit + @"(?:to|and|-|–|~|至|到)\s*[£$€¥]?" + High + @"|\b(?:above|over|more than)\s+[£$€¥]?" + Low + "|" + Low + Unit + @"以上|\b(?:up to|below|under)\s+[£$€¥]?" + High + "|" + High + Unit + "以[下内]", RegexOptions.IgnoreCase)]
    private static partial Regex Range();
}
