using System.Globalization;
using System.Text;

namespace Platform.Agents.Answering;

/// <summary>Characters that show nothing, or turn what stands after them: whoever reads a text with them reads another one than there is.</summary>
public static class HiddenCharacters
{
    private const int Joiner = 0x200D;

    /// <summary>The name of each that a text holds, as U+202E, once, in order of appearance. Line breaks and tabs are none, and neither is what joins the parts of an emoji.</summary>
    public static IReadOnlyList<string> In(string text) =>
        [.. text.EnumerateRunes().Where(rune => IsHidden(rune) && rune.Value != Joiner).Select(rune => string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}")).Distinct()];

    /// <summary>Whether a character shows nothing or changes the direction.</summary>
    internal static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate
        || (Rune.IsControl(rune) && rune.Value is not ('\n' or '\t'));
}
