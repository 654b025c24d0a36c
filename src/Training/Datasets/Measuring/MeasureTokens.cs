using System.Globalization;
using System.Text;
using Platform.Retrieval.Search;

namespace Platform.Training.Datasets.Measuring;

/// <summary>Tokens that answers are compared by: words and numbers in lower case, each Chinese character by itself, no punctuation.</summary>
internal static class MeasureTokens
{
    // As SQuAD leaves them out before an exact match.
    private static readonly HashSet<string> Articles = ["a", "an", "the"];

    public static string[] Of(string text)
    {
        List<string> tokens = [];
        StringBuilder word = new();
        void End()
        {
            if (word.Length > 0) tokens.Add(word.ToString());
            word.Clear();
        }
        foreach (var rune in text.Normalize(NormalizationForm.FormKC).ToLowerInvariant().EnumerateRunes())
        {
            if (ChineseScript.Contains(rune))
            {
                End();
                tokens.Add(rune.ToString());
            }
            else if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)
            {
                word.Append(rune.ToString());
            }
            else if (rune.Value is not ('\'' or '’'))
            {
                End();
            }
        }
        End();
        return [.. tokens];
    }

    public static string[] WithoutArticles(string text) => [.. Of(text).Where(token => !Articles.Contains(token))];
}
