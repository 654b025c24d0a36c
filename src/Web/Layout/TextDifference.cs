using System.Text;

namespace Platform.Web.Layout;

/// <summary>Where a part of two texts stands: in both, in the first alone, or in the second alone.</summary>
public enum TextPlace { Both, First, Second }

/// <summary>A part of two texts that are set side by side.</summary>
public sealed record DifferencePart(TextPlace Place, string Text);

/// <summary>Sets two texts side by side: what is in both, and what in one alone, in the order in which it is read.</summary>
public static class TextDifference
{
    /// <summary>So many comparisons are made at most; texts that need more are told as wholly different, but for how they begin and end.</summary>
    private const int MostCells = 1_000_000;

    /// <summary>The share of the shorter text that must be in both: a few words in common, scattered over two texts, tell nobody what was changed.</summary>
    private const double LeastInBoth = 0.4;

    /// <summary>Word by word; of scripts without spaces, sign by sign. Parts that stand in the same place are one; texts that have little in common are told one after the other.</summary>
    public static IReadOnlyList<DifferencePart> OfWords(string first, string second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        List<DifferencePart> parts = [];
        StringBuilder words = new(); // a long text has thousands, most of them in both
        TextPlace? place = null;
        foreach (var part in Of(Words(first), Words(second)))
        {
            if (part.Place != place)
            {
                Close();
                place = part.Place;
            }
            words.Append(part.Text);
        }
        Close();
        return IsAnother(parts) ? [new(TextPlace.First, first), new(TextPlace.Second, second)] : parts;

        void Close()
        {
            if (place is { } of)
            {
                parts.Add(new(of, words.ToString()));
                words.Clear();
            }
        }
    }

    private static bool IsAnother(IEnumerable<DifferencePart> parts)
    {
        var letters = parts.ToLookup(part => part.Place, part => part.Text.Count(char.IsLetterOrDigit));
        return Math.Min(letters[TextPlace.First].Sum(), letters[TextPlace.Second].Sum()) is > 0 and var rest && letters[TextPlace.Both].Sum() is var both && both < LeastInBoth * (both + rest);
    }

    /// <summary>Line by line, or by whatever else they are made of.</summary>
    public static IReadOnlyList<DifferencePart> Of(IReadOnlyList<string> first, IReadOnlyList<string> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var shorter = Math.Min(first.Count, second.Count);
        var begin = 0;
        while (begin < shorter && first[begin] == second[begin])
        {
            begin++;
        }
        var end = 0;
        while (end < shorter - begin && first[^(end + 1)] == second[^(end + 1)])
        {
            end++;
        }
        return
        [
            .. first.Take(begin).Select(text => new DifferencePart(TextPlace.Both, text)),
            .. Between([.. first.Skip(begin).Take(first.Count - begin - end)], [.. second.Skip(begin).Take(second.Count - begin - end)]),
            .. first.Skip(first.Count - end).Select(text => new DifferencePart(TextPlace.Both, text)),
        ];
    }

    private static List<DifferencePart> Between(string[] first, string[] second)
    {
        List<DifferencePart> parts = [];
        var (i, j) = (0, 0);
        if ((long)first.Length * second.Length <= MostCells)
        {
            var same = LongestSame(first, second);
            while (i < first.Length && j < second.Length)
            {
                if (first[i] == second[j])
                {
                    parts.Add(new(TextPlace.Both, first[i]));
                    (i, j) = (i + 1, j + 1);
                }
                else if (same[i + 1, j] >= same[i, j + 1])
                {
                    parts.Add(new(TextPlace.First, first[i++]));
                }
                else
                {
                    parts.Add(new(TextPlace.Second, second[j++]));
                }
            }
        }
        parts.AddRange(first.Skip(i).Select(text => new DifferencePart(TextPlace.First, text)));
        parts.AddRange(second.Skip(j).Select(text => new DifferencePart(TextPlace.Second, text)));
        return parts;
    }

    // Of what is left from each place on, how much can be the same.
    private static int[,] LongestSame(string[] first, string[] second)
    {
        var same = new int[first.Length + 1, second.Length + 1];
        for (var i = first.Length - 1; i >= 0; i--)
        {
            for (var j = second.Length - 1; j >= 0; j--)
            {
                same[i, j] = first[i] == second[j] ? same[i + 1, j + 1] + 1 : Math.Max(same[i + 1, j], same[i, j + 1]);
            }
        }
        return same;
    }

    private static List<string> Words(string text)
    {
        List<string> words = [];
        for (var at = 0; at < text.Length;)
        {
            var end = at + (char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1);
            while (end < text.Length && (IsSpelt(text[at]) && IsSpelt(text[end]) || char.IsWhiteSpace(text[at]) && char.IsWhiteSpace(text[end])))
            {
                end++;
            }
            words.Add(text[at..end]);
            at = end;
        }
        return words;
    }

    // Letters of scripts that put spaces between words: those before the signs of Chinese and its neighbours, and Korean's.
    private static bool IsSpelt(char sign) => char.IsLetterOrDigit(sign) && sign is < '\u2E80' or >= '\uAC00' and <= '\uD7A3';
}
