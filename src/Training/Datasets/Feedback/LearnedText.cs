using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Agents.Answering;

namespace Platform.Training.Datasets.Feedback;

/// <summary>What a model may learn of an answer: its words, without the marks of citations and the lead-in that stand for passages which the row does not have.</summary>
public static partial class LearnedText
{
    /// <param name="usage">How it came to be; null where that is not known.</param>
    public static string Of(string answer, IReadOnlyList<Citation> citations, AnswerDone? usage)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(citations);
        if (usage?.Mode == AnswerMode.Quote && citations.Count > 0)
            return string.Join("\n\n", citations.OrderBy(citation => citation.N).Select(citation => citation.Quote.Trim()));
        var known = citations.Select(citation => citation.N).ToHashSet();
        return MarkOrCode().Replace(answer, mark => int.TryParse(mark.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && known.Contains(number) ? "" : mark.Value).Trim();
    }

    // In code a number in brackets is a place in a list.
    [GeneratedRegex(@"```[\s\S]*?(?:```|\z)|`[^`\n]*`| ?\[(\d{1,4})\]", RegexOptions.CultureInvariant)]
    private static partial Regex MarkOrCode();
}
