using System.Text.RegularExpressions;

namespace Platform.Retrieval.Reading.Pdf;

/// <summary>Takes page numbers and the lines that repeat at the top or bottom of many pages out: they say nothing about what stands between them, and would cut sentences that run on.</summary>
internal static partial class PdfMargins
{
    private const float Margin = 0.1f;
    private const int Outermost = 3;

    public static void Remove(List<PdfPage> pages)
    {
        if (pages.Count < 2) return;
        var seen = new Dictionary<string, int>();
        foreach (var page in pages)
        {
            foreach (var key in Candidates(page).Select(line => Key(line, page)).Distinct()) seen[key] = seen.GetValueOrDefault(key) + 1;
        }
        var enough = Math.Max(2, Math.Min(pages.Count / 2, 10));
        foreach (var page in pages)
        {
            var gone = Candidates(page).Where(line => seen[Key(line, page)] >= enough || PageNumber().IsMatch(line.Text)).ToHashSet();
            page.Lines.RemoveAll(gone.Contains);
        }
    }

    private static IEnumerable<PdfLine> Candidates(PdfPage page) =>
        page.Lines.Where(line => line.Bottom < page.Height * Margin).OrderBy(line => line.Top).Take(Outermost)
            .Concat(page.Lines.Where(line => line.Top > page.Height * (1 - Margin)).OrderByDescending(line => line.Bottom).Take(Outermost));

    /// <summary>The same text at the same height; digits may count pages.</summary>
    private static string Key(PdfLine line, PdfPage page) => $"{Digits().Replace(line.Text, "#")}@{Math.Round(line.Top / Math.Max(1, page.Height) * 50)}";

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"^(?:page\s*|第\s*|[-–—]\s*)?\d{1,4}(?:\s*(?:/|of|页\s*[,，/]?\s*共)\s*\d{1,4})?\s*(?:页|[-–—])?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PageNumber();
}
