using System.Globalization;
using System.Text;

namespace Platform.Training.Rows.Measuring;

/// <summary>Tokens that answers are compared by: words and numbers in lower case, each character of a script that is written without spaces (Chinese, Japanese, Thai …) by itself, no punctuation.</summary>
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
        foreach (var rune in text.ToLowerInvariant().EnumerateRunes().Select(Narrow))
        {
            if (StandsAlone(rune))
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

    // Full width forms as plain ones. By hand: Unicode's own rules are not there in programs without ICU, and a measure must not depend on where it is taken.
    private static Rune Narrow(Rune rune) => rune.Value is >= 0xFF01 and <= 0xFF5E ? Rune.ToLowerInvariant(new Rune(rune.Value - 0xFEE0)) : rune;

    // Blocks of Unicode: Thai and Lao, Myanmar, Khmer, kana, ideographs and their extensions.
    private static bool StandsAlone(Rune rune) => Rune.IsLetter(rune)
        && rune.Value is (>= 0x0E00 and <= 0x0EFF) or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF) or (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);
}
