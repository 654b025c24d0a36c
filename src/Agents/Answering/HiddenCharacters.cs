using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Agents.Answering;

/// <summary>Characters that show nothing, or turn what stands after them: whoever reads a text with them reads another one than there is.</summary>
public static partial class HiddenCharacters
{
    /// <summary>The name of each that a text holds, as U+202E, once, in order of appearance. Line breaks and tabs are none, and neither is what joins the parts of an emoji.</summary>
    public static IReadOnlyList<string> In(string text) =>
        [.. JoinOfEmoji().Replace(text, "").EnumerateRunes().Where(rune => rune.Value != '\r' && IsHidden(rune)).Select(rune => string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}")).Distinct()];

    /// <summary>The text without them, and without carriage returns.</summary>
    public static string Without(string text)
    {
        StringBuilder kept = new(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsHidden(rune))
                kept.Append(rune.ToString());
        }
        return kept.ToString();
    }

    /// <summary>Whether a character shows nothing or changes the direction.</summary>
    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate
        || (Rune.IsControl(rune) && rune.Value is not ('\n' or '\t'))
        || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0; // letters of Korean that fill a place

    [GeneratedRegex(@"(?<=[^\p{L}\p{N}\s])\u200D(?=[^\p{L}\p{N}\s])")]
    private static partial Regex JoinOfEmoji();
}
