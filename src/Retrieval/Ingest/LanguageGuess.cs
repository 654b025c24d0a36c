using System.Text;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Ingest;

/// <summary>English or Chinese, by the letters of a text's beginning.</summary>
internal static class LanguageGuess
{
    private const int Sample = 20_000;

    /// <summary>"zh" when Chinese characters are at least a fifth of the letters (one of them says about as much as a short word), "en" when there are other letters, "" when there are none.</summary>
    public static string Of(string text)
    {
        int chinese = 0, letters = 0;
        foreach (Rune rune in text.AsSpan(0, Math.Min(text.Length, Sample)).EnumerateRunes())
        {
            if (Rune.IsLetter(rune))
            {
                letters++;
                chinese += ChineseScript.Contains(rune) ? 1 : 0;
            }
        }

        return letters == 0 ? "" : chinese * 5 >= letters ? "zh" : "en";
    }
}
