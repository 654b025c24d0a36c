namespace Platform.Web.Features.Chat.Rendering;

/// <summary>Cuts Markdown where a block has certainly ended, so that text added later cannot change what stands before.</summary>
public static class MarkdownSplit
{
    /// <summary>Ranges that cover the text; all but the last are finished. The cut is after a blank line, outside a fence, before a line that starts a new block at the margin.</summary>
    public static IReadOnlyList<Range> Blocks(string text)
    {
        var blocks = new List<Range>();
        int start = 0, at = 0;
        var blankBefore = false;
        string? fence = null;
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            var line = text.AsSpan(at, end - at);
            var words = line.Trim();
            if (fence is null && blankBefore && !words.IsEmpty && StartsBlock(line))
            {
                blocks.Add(start..at);
                start = at;
            }

            fence = NextFence(fence, words);
            blankBefore = words.IsEmpty && fence is null;
            at = end;
        }

        if (start < text.Length)
        {
            blocks.Add(start..text.Length);
        }
        return blocks;
    }

    private static string? NextFence(string? fence, ReadOnlySpan<char> words)
    {
        if (fence is null)
        {
            return words.StartsWith("```", StringComparison.Ordinal) || words.StartsWith("~~~", StringComparison.Ordinal)
                ? new string(words[0], words.Length - words.TrimStart(words[0]).Length) : null;
        }
        return words.StartsWith(fence, StringComparison.Ordinal) && words.Trim(fence[0]).IsEmpty ? null : fence;
    }

    // An indented line, a list item or a quotation may belong to the block above the blank line.
    private static bool StartsBlock(ReadOnlySpan<char> line) =>
        !char.IsWhiteSpace(line[0]) && !char.IsAsciiDigit(line[0]) && line[0] is not ('-' or '*' or '+' or '>') || line.StartsWith("**", StringComparison.Ordinal);
}
