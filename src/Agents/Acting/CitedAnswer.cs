using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;

namespace Platform.Agents.Acting;

/// <summary>An answer in the style in which its agent names sources, and the citations that are in it.</summary>
/// <param name="Text">Markdown; quotations in it are escaped.</param>
internal sealed partial record CitedAnswer(string Text, IReadOnlyList<Citation> Citations)
{
    private const int MaxQuote = 280;

    /// <param name="written">As the model wrote it.</param>
    /// <param name="known">What the run's tools showed.</param>
    public static CitedAnswer Of(string written, CitationStyle style, IReadOnlyList<Citation> known)
    {
        if (style == CitationStyle.None)
            return new(Mark().Replace(written, mark => Find(mark, known) is null ? mark.Value : ""), []);
        var cited = Mark().Matches(written).Select(mark => (Mark: mark, Source: Find(mark, known))).Where(found => found.Source is not null).DistinctBy(found => found.Source!.N)
            .Select(found => found.Source! with { AnswerStart = 0, AnswerEnd = found.Mark.Groups[1].Index - 1 }).ToList();
        return new(style == CitationStyle.Numbered || cited.Count == 0 ? written : $"{written.TrimEnd()}\n\n{string.Join("\n>\n", cited.Select(Quotation))}", cited);
    }

    private static string Quotation(Citation cited)
    {
        var line = Plain(cited.Quote);
        var quote = line.Length <= MaxQuote ? line : $"{ShortText.Cut(line, MaxQuote).TrimEnd()}…";
        return string.Create(CultureInfo.InvariantCulture, $"> “{Special().Replace(quote, @"\$0")}” — {Special().Replace(Plain(cited.DocumentName), @"\$0")} [{cited.N}]");
    }

    private static string Plain(string text) => Spaces().Replace(UntrustedText.Visible(text), " ").Trim();

    private static Citation? Find(Match mark, IReadOnlyList<Citation> known) =>
        int.TryParse(mark.Groups[1].Value, CultureInfo.InvariantCulture, out var number) ? known.FirstOrDefault(citation => citation.N == number) : null;

    [GeneratedRegex(@" ?\[(\d{1,4})\]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"[\\`*_{}\[\]<>#|~$]")]
    private static partial Regex Special();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
