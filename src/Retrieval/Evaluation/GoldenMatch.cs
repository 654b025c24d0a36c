using Platform.Retrieval.Chunking;

namespace Platform.Retrieval.Evaluation;

/// <summary>Whether a found passage is what a golden question asks for.</summary>
public static class GoldenMatch
{
    /// <summary>Of the right document, and holding an answer; white space and case do not count, since readers break lines each in their own way.</summary>
    public static bool IsRight(GoldenQuestion question, string documentName, Passage passage)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(passage);
        if (question.Document is not null && !string.Equals(question.Document, documentName, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return question.Answers.Count > 0
            ? question.Answers.Any(answer => Holds($"{passage.Heading} {passage.Text}", answer))
            : question.Page is not { } page || (passage.Page <= page && page <= passage.PageEnd);
    }

    /// <summary>Whether a text holds a span, apart from white space and case.</summary>
    public static bool Holds(string text, string span) => Dense(text).Contains(Dense(span), StringComparison.OrdinalIgnoreCase);

    private static string Dense(string text) => string.Concat((text ?? "").Where(c => !char.IsWhiteSpace(c)));
}
