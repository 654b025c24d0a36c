using System.Buffers;

namespace Platform.Retrieval.Chunking;

/// <summary>Sentence boundaries of English and Chinese text, in time linear in its length.</summary>
/// <remarks>Every line break ends a sentence: the readers join lines that were only wrapped. A table row (cells parted by " | " or tabs) is one sentence. Longer runs than <see cref="LongestSentence"/> are cut, at white space where there is some.</remarks>
public static class SentenceSplitter
{
    /// <summary>In UTF-16 characters.</summary>
    public const int LongestSentence = 2000;

    private static readonly SearchValues<char> LineBreaks = SearchValues.Create("\n\r\v\f\u0085\u2028\u2029");
    private static readonly SearchValues<char> Marks = SearchValues.Create(".!?…。！？；｡．");
    private const string Closers = "\"'”’)]}»›」』）》】〉〕";

    /// <summary>Spans [Start, End) of the sentences of a text, trimmed of white space, in order; abbreviations, decimals and initials do not end one; 。！？； and closing quotes do. A line break that ends a block ends a sentence.</summary>
    public static IReadOnlyList<(int Start, int End)> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Split(text, 0, text.Length);
    }

    /// <summary>As <see cref="Split(string)"/>, of the part [start, end) of the text; the spans are of the whole text.</summary>
    public static IReadOnlyList<(int Start, int End)> Split(string text, int start, int end)
    {
        ArgumentNullException.ThrowIfNull(text);
        var sentences = new List<(int, int)>();
        while (start < end)
        {
            var length = text.AsSpan(start, end - start).IndexOfAny(LineBreaks);
            var lineEnd = length < 0 ? end : start + length;
            SplitLine(text, start, lineEnd, sentences);
            start = lineEnd + 1;
        }
        return sentences;
    }

    /// <summary>The part [start, end) as one piece, cut only where it is longer than <see cref="LongestSentence"/>.</summary>
    internal static IReadOnlyList<(int Start, int End)> Pieces(string text, int start, int end)
    {
        var pieces = new List<(int, int)>(1);
        Add(text, start, end, pieces);
        return pieces;
    }

    private static void SplitLine(string text, int start, int end, List<(int, int)> sentences)
    {
        var line = text.AsSpan(start, end - start);
        if (!line.Contains('\t') && line.IndexOf(" | ") < 0)
        {
            for (var at = start; at < end;)
            {
                var offset = text.AsSpan(at, end - at).IndexOfAny(Marks);
                if (offset < 0) break;
                var mark = at + offset;
                at = mark + 1;
                while (at < end && Marks.Contains(text[at])) at++;
                var marksEnd = at;
                while (at < end && Closers.Contains(text[at], StringComparison.Ordinal)) at++;
                if (!SentenceEnd.At(text, start, mark, marksEnd, at, end)) continue;
                Add(text, start, at, sentences);
                start = at;
            }
        }
        Add(text, start, end, sentences);
    }

    private static void Add(string text, int start, int end, List<(int, int)> sentences)
    {
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        while (end - start > LongestSentence)
        {
            var cut = Cut(text, start);
            sentences.Add((start, TrimmedEnd(text, start, cut)));
            for (start = cut; start < end && char.IsWhiteSpace(text[start]);) start++;
        }
        if (end > start) sentences.Add((start, end));
    }

    /// <summary>After the last white space or comma in the second half of the longest sentence, else at its end, never inside a surrogate pair.</summary>
    private static int Cut(string text, int start)
    {
        var end = start + LongestSentence;
        for (var at = end; at > start + LongestSentence / 2; at--)
        {
            if (char.IsWhiteSpace(text[at - 1]) || text[at - 1] is '，' or '、' or ',') return at;
        }
        return char.IsLowSurrogate(text[end]) && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
    }

    private static int TrimmedEnd(string text, int start, int end)
    {
        while (end > start + 1 && char.IsWhiteSpace(text[end - 1])) end--;
        return end;
    }
}
