using System.Buffers;
using System.Text;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Values;

/// <summary>Texts as Python has them: counted in code points, with its idea of white space and of lines.</summary>
internal static class PythonText
{
    private static readonly SearchValues<char> Surrogates = SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(c => (char)c)]);

    internal static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';

    internal static bool IsSpace(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!IsSpace(c)) { return false; }
        }
        return text.Length > 0;
    }

    internal static int Length(string text) => IsFlat(text) ? text.Length : text.EnumerateRunes().Count();

    /// <summary>One character by its place, counted from the end below 0; null where there is none.</summary>
    internal static string? At(string text, long place)
    {
        if (!IsFlat(text))
        {
            var characters = Characters(text);
            var at = place < 0 ? place + characters.Length : place;
            return at >= 0 && at < characters.Length ? characters[at] : null;
        }
        var index = place < 0 ? place + text.Length : place;
        return index >= 0 && index < text.Length ? text[(int)index].ToString() : null;
    }

    /// <summary>The characters, each a text of its own.</summary>
    internal static string[] Characters(string text)
    {
        if (IsFlat(text)) { return [.. text.Select(c => c.ToString())]; }
        var characters = new List<string>(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
            characters.Add(text.Substring(at, length));
            at += length;
        }
        return [.. characters];
    }

    internal static string Trim(string text, string? characters) => TrimEnd(TrimStart(text, characters), characters);

    internal static string TrimStart(string text, string? characters = null)
    {
        var start = 0;
        var set = characters?.ToHashSet(); // as long as the template likes
        while (start < text.Length && IsOneOf(text[start], set)) { start++; }
        return text[start..];
    }

    internal static string TrimEnd(string text, string? characters = null)
    {
        var end = text.Length;
        var set = characters?.ToHashSet();
        while (end > 0 && IsOneOf(text[end - 1], set)) { end--; }
        return text[..end];
    }

    /// <summary>Lines without their ends, by all the ends that Python knows.</summary>
    internal static List<string> Lines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && text[end] is not ('\n' or '\r' or '\v' or '\f' or '\u001C' or '\u001D' or '\u001E' or '\u0085' or '\u2028' or '\u2029')) { end++; }
            var next = end < text.Length ? end + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1) : end;
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }
        return lines;
    }

    /// <summary>Words between white space, at most so many cuts; -1 for all.</summary>
    internal static List<string> Words(string text, long cuts)
    {
        var words = new List<string>();
        for (var at = 0; ;)
        {
            while (at < text.Length && IsSpace(text[at])) { at++; }
            if (at >= text.Length) { return words; }
            if (cuts >= 0 && words.Count >= cuts)
            {
                words.Add(TrimEnd(text[at..]));
                return words;
            }
            var start = at;
            while (at < text.Length && !IsSpace(text[at])) { at++; }
            words.Add(text[start..at]);
        }
    }

    /// <summary>First letter large, the others small.</summary>
    internal static string Capitalize(string text) => text.Length == 0 ? "" : text[..1].ToUpperInvariant() + text[1..].ToLowerInvariant();

    /// <summary>The first letter of each run of letters large.</summary>
    internal static string Title(string text)
    {
        var inWord = false;
        return string.Create(text.Length, text, (to, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                to[i] = inWord ? char.ToLowerInvariant(from[i]) : char.ToUpperInvariant(from[i]);
                inWord = char.IsLetter(from[i]);
            }
        });
    }

    /// <summary>A text as Python writes it in code: in quotes, with escapes.</summary>
    internal static void AppendQuoted(StringBuilder output, string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        output.Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            var c = rune.Value;
            if (c == quote || c == '\\') { output.Append('\\').Append((char)c); }
            else if (c is '\n' or '\r' or '\t') { output.Append(c switch { '\n' => "\\n", '\r' => "\\r", _ => "\\t" }); }
            else if (IsPrintable(rune)) { output.Append(rune.ToString()); }
            else { output.Append(c < 0x100 ? $"\\x{c:x2}" : c < 0x10000 ? $"\\u{c:x4}" : $"\\U{c:x8}"); }
        }
        output.Append(quote);
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.Surrogate
        or System.Globalization.UnicodeCategory.PrivateUse or System.Globalization.UnicodeCategory.OtherNotAssigned or System.Globalization.UnicodeCategory.LineSeparator
        or System.Globalization.UnicodeCategory.ParagraphSeparator or System.Globalization.UnicodeCategory.SpaceSeparator);

    private static bool IsFlat(string text) => !text.AsSpan().ContainsAny(Surrogates);

    private static bool IsOneOf(char c, HashSet<char>? characters) => characters?.Contains(c) ?? IsSpace(c);
}
