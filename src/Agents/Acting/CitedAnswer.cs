using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Agents.Answering;
using Platform.Agents.Answering.Citing;
using Platform.Agents.Definitions;

namespace Platform.Agents.Acting;

/// <summary>An answer's citations, each judged against the sentence that cites it, and what its agent's style adds under the answer.</summary>
/// <param name="After">Markdown; quotations in it are escaped.</param>
internal sealed partial record CitedAnswer(string After, IReadOnlyList<Citation> Citations)
{
    /// <summary>The weakest first: of several sentences that cite one source, the worst supported one counts.</summary>
    private static readonly Verdict[] Weakest = [Verdict.Unsupported, Verdict.Partly, Verdict.Supported, Verdict.Verbatim, Verdict.NoClaim];

    private const int MaxQuote = 280;

    /// <param name="written">With marks in the agent's style (<see cref="AnswerMarks"/>).</param>
    /// <param name="known">What the run's tools showed.</param>
    public static CitedAnswer Of(string written, CitationStyle style, IReadOnlyList<Citation> known)
    {
        if (style == CitationStyle.None || known.Count == 0)
            return new("", []);
        Dictionary<int, Citation> cited = [];
        var place = 0;
        CitationMarks marks = new(number => known.Any(citation => citation.N == number));
        foreach (var piece in marks.Push(written))
        {
            foreach (var number in piece.Numbers)
            {
                var judged = Judged(CitingSentence.Before(written[..place]), known.First(citation => citation.N == number));
                if (!cited.TryGetValue(number, out var before) || Array.IndexOf(Weakest, judged.Verdict) < Array.IndexOf(Weakest, before.Verdict))
                    cited[number] = judged;
            }
            place += piece.Text.Length + AnswerMarks.Mark(piece).Length;
        }
        var after = style == CitationStyle.Quoted && cited.Count > 0 ? $"\n\n{string.Join("\n>\n", cited.Values.Select(Quotation))}" : "";
        return new(after, [.. cited.Values]);
    }

    /// <summary>Of a passage, or rows, that a tool showed: whether the sentence says what the best of it says.</summary>
    private static Citation Judged(CitingSentence sentence, Citation source)
    {
        var shown = source.Context.Length > 0 ? source.Context : source.Quote;
        var span = CitationResolver.Resolve(sentence.Claim, shown);
        return source with { Verdict = CitationVerifier.Judge(sentence.Claim, shown[span.Start..span.End], shown), AnswerStart = sentence.Start, AnswerEnd = sentence.End };
    }

    private static string Quotation(Citation cited)
    {
        var line = Plain(cited.Quote);
        var quote = line.Length <= MaxQuote ? line : $"{ShortText.Cut(line, MaxQuote).TrimEnd()}…";
        return string.Create(CultureInfo.InvariantCulture, $"> “{Special().Replace(quote, @"\$0")}” — {Special().Replace(Plain(cited.DocumentName), @"\$0")} [{cited.N}]");
    }

    private static string Plain(string text) => Spaces().Replace(UntrustedText.Visible(text), " ").Trim();

    [GeneratedRegex(@"[\\`*_{}\[\]<>#|~$]")]
    private static partial Regex Special();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
