using System.Globalization;
using System.Text;

namespace Platform.Retrieval.Search;

/// <summary>Folds what readers do not tell apart: full-width and half-width forms, ligatures, accents. Case is kept.</summary>
internal static class TextFolding
{
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var decomposed = WellFormed(text).Normalize(NormalizationForm.FormKD);
        var kept = new StringBuilder(decomposed.Length);
        foreach (var c in decomposed)
        {
            if (c < 0x80) { kept.Append(c); continue; }
            switch (c)
            {
                case 'ß': kept.Append("ss"); break;
                case 'æ' or 'Æ': kept.Append("ae"); break;
                case 'œ' or 'Œ': kept.Append("oe"); break;
                case 'ø' or 'Ø': kept.Append('o'); break;
                case 'ł' or 'Ł': kept.Append('l'); break;
                case 'đ' or 'Đ': kept.Append('d'); break;
                case 'ı': kept.Append('i'); break;
                // Kana voicing marks change the letter; other marks are accents. Zero-width characters hide words from search.
                case '\u3099' or '\u309A': kept.Append(c); break;
                case '\u00AD' or (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or (>= '\u2060' and <= '\u2064') or '\uFEFF': break;
                default:
                    if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark) kept.Append(c);
                    break;
            }
        }
        return kept.ToString().Normalize(NormalizationForm.FormC);
    }

    /// <summary>UTF-16 length of the Chinese, Japanese or Korean character at a position (1 or 2), 0 when it is none.</summary>
    public static int CjkLength(ReadOnlySpan<char> text, int at)
    {
        var c = text[at];
        if (c < 0x1100) return 0;
        if (ChineseScript.Contains(c) || c is '々' or '〇'
            or (>= '\u3041' and <= '\u3096') or (>= '\u30A1' and <= '\u30FA') or 'ー' or (>= '\uAC00' and <= '\uD7A3')) return 1;
        return at + 1 < text.Length && Rune.TryCreate(c, text[at + 1], out var rune) && ChineseScript.Contains(rune) ? 2 : 0;
    }

    /// <summary>Lone surrogates become U+FFFD: normalisation refuses them.</summary>
    public static string WellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) { i++; continue; }
            return Repaired(text);
        }
        return text;
    }

    private static string Repaired(string text)
    {
        var repaired = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) repaired.Append(rune.ToString()); // the enumerator yields U+FFFD for a lone surrogate
        return repaired.ToString();
    }
}
