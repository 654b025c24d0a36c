using System.Text;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Reading;

/// <summary>Joins lines that were broken at a margin: with a space, in Chinese without, and a word that was hyphenated becomes whole.</summary>
internal static class JoinedLines
{
    public static string Join(IEnumerable<string> lines)
    {
        var joined = new StringBuilder();
        foreach (var line in lines)
        {
            var trimmed = line.AsSpan().Trim();
            if (trimmed.IsEmpty) continue;
            if (joined.Length > 0)
            {
                var before = joined.ToString(Math.Max(0, joined.Length - 2), Math.Min(2, joined.Length));
                if (IsHyphenated(before, trimmed[0])) joined.Length--;
                else joined.Append(Between(before[^1], trimmed[0]));
            }
            joined.Append(trimmed);
        }
        return joined.ToString();
    }

    /// <summary>What stands between the last character of a line and the first of the next.</summary>
    public static string Between(char last, char first) => IsWide(last) || IsWide(first) ? "" : " ";

    /// <summary>infor- mation, but not HR- 204 or Anglo- Saxon.</summary>
    public static bool IsHyphenated(ReadOnlySpan<char> end, char first) => end.Length == 2 && end[1] is '-' or '\u2010' && char.IsLower(end[0]) && char.IsLower(first);

    /// <summary>Columns on screen: a Chinese character takes two.</summary>
    public static int Width(ReadOnlySpan<char> line)
    {
        var width = 0;
        for (var i = 0; i < line.Length; i++) width += IsWide(line[i]) ? 2 : 1;
        return width;
    }

    public static bool IsWide(char c) => IsFullWidthMark(c) || (!char.IsSurrogate(c) && TextFolding.CjkLength([c], 0) > 0);

    private static bool IsFullWidthMark(char c) => c is (>= '\u3000' and <= '\u303F') or (>= '\uFF01' and <= '\uFF60');
}
