using System.Text;

namespace Platform.Agents.Prompting;

/// <summary>answer.chosen: of several answers to one question, the one that came most often.</summary>
public sealed record AnswerChosenData(int Samples, int Votes, string Text)
{
    /// <summary>Id of the step that wrote it; null in runs of before that was kept.</summary>
    public string? StepId { get; init; }
}

/// <summary>Self-consistency: takes the answer that most samples agree on.</summary>
internal static class MajorityAnswer
{
    /// <summary>The first of those that agree, word for word; the first of all where no two do.</summary>
    public static AnswerChosenData Of(IReadOnlyList<(string StepId, string Text)> answers)
    {
        var largest = answers.GroupBy(answer => Compared(answer.Text)).MaxBy(group => group.Count())!; // of equals the earliest
        return new(answers.Count, largest.Count(), largest.First().Text) { StepId = largest.First().StepId };
    }

    /// <summary>Letters and digits alone, and signs that make another number of them: spelling and marks do not tell answers apart.</summary>
    private static string Compared(string answer)
    {
        StringBuilder kept = new();
        foreach (var letter in answer.ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(letter) || letter is '-' or '%')
                kept.Append(letter);
            else if (letter is '.' or ',' && kept.Length > 0 && char.IsDigit(kept[^1]))
                kept.Append('.');
        }
        return kept.ToString().Trim('.');
    }
}
