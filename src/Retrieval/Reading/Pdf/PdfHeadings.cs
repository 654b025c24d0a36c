using System.Text.RegularExpressions;

namespace Platform.Retrieval.Reading.Pdf;

/// <summary>Tells headings from text: a PDF does not say which is which, so size and numbering must.</summary>
internal sealed partial class PdfHeadings
{
    private const float Larger = 1.15f, SlightlyLarger = 1.04f;
    private const int LongestHeading = 120;

    private readonly float _body;
    private readonly List<float> _sizes;

    public PdfHeadings(List<PdfPage> pages)
    {
        var lines = pages.SelectMany(page => page.Lines).ToList();
        // The size that most characters have is the body's.
        _body = lines.Count == 0 ? 1 : lines.GroupBy(line => MathF.Round(line.Height * 2) / 2).MaxBy(size => size.Sum(line => line.Columns))!.Key;
        _sizes = [.. lines.Where(line => IsLarge(line) && !Number().IsMatch(line.Text)).Select(line => MathF.Round(line.Height)).Distinct().OrderDescending()];
    }

    /// <summary>1 to 6 for a heading, else 0.</summary>
    public int Level(List<PdfLine> lines)
    {
        var first = lines[0];
        if (lines.Count > 2 || lines.Sum(line => line.Columns) > LongestHeading || !first.Text.Any(char.IsLetter) || lines[^1].Text[^1] is '.' or ',' or ';' or '。' or '，' or '；' or '、') return 0;
        var number = Number().Match(first.Text);
        if (number.Success)
        {
            var isLoose = number.Groups["item"].Success; // "1. Something" is more often a list item
            return first.Height >= _body * (isLoose ? Larger : SlightlyLarger) && IsUpright(first) ? NumberLevel(number) : 0;
        }
        if (!lines.TrueForAll(IsLarge)) return 0;
        return Math.Clamp(_sizes.IndexOf(MathF.Round(first.Height)) + 1, 1, 3);
    }

    private bool IsLarge(PdfLine line) => line.Height >= _body * Larger && line.Columns <= LongestHeading && IsUpright(line);

    /// <summary>Turned text (the label of an axis) has a high and narrow box.</summary>
    private static bool IsUpright(PdfLine line) => line.Right - line.Left > line.Height * line.Columns * 0.15f;

    private static int NumberLevel(Match number)
    {
        if (number.Groups["part"].Success) return number.Groups["part"].Value[^1] switch { '章' or '编' or '篇' => 1, '节' => 2, _ => 3 };
        if (number.Groups["chinese"].Success) return number.Groups["chinese"].Value[0] is '（' or '(' ? 3 : 2;
        if (number.Groups["word"].Success) return 1;
        return Math.Min(6, number.Groups["number"].Value.Trim('.').Count(c => c == '.') + 1);
    }

    [GeneratedRegex(@"^(?:(?<part>第[一二三四五六七八九十百零〇\d]{1,5}[章节条编篇])|(?<chinese>[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）])|(?<word>(?:Chapter|Part|Section|Appendix|Annex|Article)\s+[\dA-Z]+)|(?<number>(?<item>\d{1,2}[.、)](?!\d))|\d{1,2}(?:\.\d{1,2}){0,4}\.?(?=\s)))", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
