using Platform.Web.Layout;

namespace Platform.Web.Features.Training;

/// <summary>What an answer has that another has not, as <see cref="TextDifference"/> finds it.</summary>
public static class WordChanges
{
    /// <summary>The pieces of a text, in order; together they are the text.</summary>
    /// <param name="before">What it is compared with.</param>
    public static IReadOnlyList<(string Text, bool IsNew)> Of(string before, string after)
    {
        DifferencePart[] parts = [.. TextDifference.OfWords(before, after).Where(part => part.Place != TextPlace.First)];
        List<(string Text, bool IsNew)> pieces = [];
        foreach (var (i, part) in parts.Index())
        {
            // A space between two new words is as new as they are.
            var isNew = part.Place == TextPlace.Second || (string.IsNullOrWhiteSpace(part.Text) && i > 0 && i < parts.Length - 1 && parts[i - 1].Place == TextPlace.Second && parts[i + 1].Place == TextPlace.Second);
            if (pieces is [.., var last] && last.IsNew == isNew)
            {
                pieces[^1] = (last.Text + part.Text, isNew);
            }
            else
            {
                pieces.Add((part.Text, isNew));
            }
        }
        return pieces;
    }
}
