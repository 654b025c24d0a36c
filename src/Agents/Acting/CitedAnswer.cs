using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;

namespace Platform.Agents.Acting;

/// <summary>What an agent's style adds under an answer.</summary>
internal static partial class CitedAnswer
{
    private const int MaxQuote = 280;

    /// <summary>Markdown; quotations in it are escaped. What several numbers stand for is quoted once.</summary>
    public static string After(CitationStyle style, IReadOnlyList<Citation> citations) =>
        style != CitationStyle.Quoted || citations.Count == 0 ? ""
            : $"\n\n{string.Join("\n>\n", citations.GroupBy(cited => cited.Source()).Select(cited => Quotation(cited.First(), cited.Select(c => c.N))))}";

    private static string Quotation(Citation cited, IEnumerable<int> numbers)
    {
        var line = Plain(cited.Quote);
        var quote = line.Length <= MaxQuote ? line : $"{ShortText.Cut(line, MaxQuote).TrimEnd()}…";
        var marks = string.Concat(numbers.Select(number => string.Create(CultureInfo.InvariantCulture, $"[{number}]")));
        return $"> “{Special().Replace(quote, @"\$0")}” — {Special().Replace(Plain(cited.DocumentName), @"\$0")} {marks}";
    }

    private static string Plain(string text) => Spaces().Replace(UntrustedText.Visible(text), " ").Trim();

    [GeneratedRegex(@"[\\`*_{}\[\]<>#|~$]")]
    private static partial Regex Special();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
