using System.Text;

namespace Platform.Retrieval.Search;

/// <summary>Which characters are Chinese: those of the CJK ideograph blocks, without kana, Hangul and punctuation.</summary>
public static class ChineseScript
{
    /// <summary>True for the ideographs that are one UTF-16 unit; the rarer ones are two, see <see cref="Contains(Rune)"/>.</summary>
    public static bool Contains(char c) => c is (>= '\u4E00' and <= '\u9FFF') or (>= '\u3400' and <= '\u4DBF') or (>= '\uF900' and <= '\uFAFF');

    public static bool Contains(Rune rune) => rune.IsBmp ? Contains((char)rune.Value) : rune.Value is >= 0x20000 and <= 0x3FFFF;
}
