using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Retrieval.Reading;

/// <summary>What a cell is when it is asked whether it names a column. Coded: a word with a number, such as Q1, FY24, col100, 5kg, 2023年, 第一季度, and names of months and weekdays, which are as good as numbered.</summary>
internal enum HeadCellKind { Empty, Word, Coded, Year, Date, Number }

/// <summary>A cell of a row that may be a head, or of a row below it.</summary>
/// <param name="Text">As it is seen.</param>
/// <param name="Stem">Of a coded cell and a date: with every number as #, so that Q1 and Q2 have one.</param>
/// <param name="Shape">The stem with its short Latin words as A, and without spaces, so that A12 and B 7 have one, and "Address 1" and "Harbour 1" do not.</param>
/// <param name="Value">Of a number or a year; NaN where it cannot be told.</param>
internal sealed partial record HeadCell(HeadCellKind Kind, string Text, string Stem = "", string Shape = "", double Value = double.NaN)
{
    private static readonly HashSet<string> Nothing = new(StringComparer.OrdinalIgnoreCase) { "–", "—", "-", "--", "?", "/", "n/a", "na", "nan", "null", "none", "无", "暂无", "空" };

    private const int Longest = 200; // no name, number or date is longer

    /// <summary>What is measured or dated, and not named.</summary>
    public bool IsMeasure => Kind is HeadCellKind.Number or HeadCellKind.Year or HeadCellKind.Date;

    public static HeadCell Of(string cell)
    {
        if (cell.Length > Longest) return new(HeadCellKind.Word, "");
        var seen = VisibleText.Line(cell);
        var text = seen.Normalize(NormalizationForm.FormKC).ToLowerInvariant();
        if (text.Length == 0 || Nothing.Contains(text)) return new(HeadCellKind.Empty, "");
        if (Year().IsMatch(text)) return new(HeadCellKind.Year, seen, Value: ValueOf(text));
        var bare = Currency().Replace(text, "");
        var stem = StemOf(bare);
        if (!bare.Any(char.IsDigit)) return stem == bare ? new(HeadCellKind.Word, seen) : Coded(seen, stem);
        if (Date().IsMatch(bare)) return new(HeadCellKind.Date, seen, stem, stem);
        return bare.Any(char.IsLetter) ? Coded(seen, stem) : new(HeadCellKind.Number, seen, Value: ValueOf(bare));
    }

    private static HeadCell Coded(string seen, string stem) => new(HeadCellKind.Coded, seen, stem, ShortWord().Replace(stem, "A").Replace(" ", "", StringComparison.Ordinal));

    private static string StemOf(string text) => Digits().Replace(Numeral().Replace(Weekday().Replace(Month().Replace(text, "M"), "D"), "#"), "#");

    private static double ValueOf(string text) => double.TryParse(text.Replace(",", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;

    [GeneratedRegex(@"^(?:19|20)\d\d$")]
    private static partial Regex Year();

    /// <summary>2024-01-15, 15.1.2024, 2024-01, 2023/24, each with a time or without.</summary>
    [GeneratedRegex(@"^(?:(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d\d){1,2}|(?:19|20)\d\d ?[-/–] ?\d{1,4})(?:[ t]\d{1,2}:\d\d(?::\d\d)?)?$")]
    private static partial Regex Date();

    [GeneratedRegex(@"^(?:usd|eur|gbp|cny|rmb|jpy|chf|us\$|hk\$|[€$£¥])(?=[ \d.-])| ?(?:usd|eur|gbp|cny|rmb|jpy|chf|[€$£¥])$")]
    private static partial Regex Currency();

    [GeneratedRegex(@"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b")]
    private static partial Regex Month();

    [GeneratedRegex(@"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b")]
    private static partial Regex Weekday();

    [GeneratedRegex(@"[〇一二三四五六七八九十]+(?=[年月季周期组号])|(?<=[第周]|星期)[一二三四五六七八九十日]+")]
    private static partial Regex Numeral();

    [GeneratedRegex(@"\d+(?:[.,]\d+)*")]
    private static partial Regex Digits();

    [GeneratedRegex(@"(?<!\p{L})[a-z]{1,3}(?!\p{L})")]
    private static partial Regex ShortWord();
}
