namespace Platform.Web.Layout;

/// <summary>A line of two texts that are set side by side: in both, in the first alone, or in the second alone, there with its words that the line in its place does not have.</summary>
public sealed record DifferenceLine(TextPlace Place, IReadOnlyList<DifferencePart> Parts)
{
    public string Text => string.Concat(Parts.Select(part => part.Text));
}

/// <summary>Lines that are read together; those of a fold stand in both texts, far from what was changed.</summary>
public sealed record DifferenceLines(bool IsFold, IReadOnlyList<DifferenceLine> Lines);

/// <summary>Sets two long texts side by side line by line, and where a line was changed, word by word.</summary>
public static class LineDifference
{
    /// <summary>Equal lines that are shown on each side of a change.</summary>
    private const int Around = 2;

    /// <summary>Fewer than these are not worth a fold.</summary>
    private const int LeastFolded = 3;

    /// <summary>In the order in which they are read; of what was changed, the lines of before come before those of after.</summary>
    public static IReadOnlyList<DifferenceLines> Of(string first, string second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Folded(Lines(TextDifference.Of(first.ReplaceLineEndings("\n").Split('\n'), second.ReplaceLineEndings("\n").Split('\n'))));
    }

    private static List<DifferenceLine> Lines(IReadOnlyList<DifferencePart> parts)
    {
        List<DifferenceLine> lines = [];
        List<string> before = [], after = [];
        foreach (var part in parts)
        {
            if (part.Place == TextPlace.Both)
            {
                Close();
                lines.Add(new(TextPlace.Both, [part]));
            }
            else
            {
                (part.Place == TextPlace.First ? before : after).Add(part.Text);
            }
        }
        Close();
        return lines;

        // A line of before and the one that stands in its place are compared by their words.
        void Close()
        {
            var words = before.Zip(after, TextDifference.OfWords).ToList();
            lines.AddRange(before.Select((text, i) => Side(TextPlace.First, text, words.ElementAtOrDefault(i))));
            lines.AddRange(after.Select((text, i) => Side(TextPlace.Second, text, words.ElementAtOrDefault(i))));
            before.Clear();
            after.Clear();
        }
    }

    // Lines that have little in common are another's whole, and no word of them is marked.
    private static DifferenceLine Side(TextPlace place, string text, IReadOnlyList<DifferencePart>? words) =>
        words is null || words.All(part => part.Place != TextPlace.Both) ? new(place, [new(TextPlace.Both, text)]) : new(place, [.. words.Where(part => part.Place == TextPlace.Both || part.Place == place)]);

    private static List<DifferenceLines> Folded(List<DifferenceLine> lines)
    {
        List<DifferenceLines> groups = [];
        var isNear = new bool[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Place != TextPlace.Both)
            {
                isNear.AsSpan(Math.Max(0, i - Around), Math.Min(lines.Count, i + Around + 1) - Math.Max(0, i - Around)).Fill(true);
            }
        }
        for (var at = 0; at < lines.Count;)
        {
            var end = at;
            while (end < lines.Count && isNear[end] == isNear[at])
            {
                end++;
            }
            var isFold = !isNear[at] && end - at >= LeastFolded;
            if (!isFold && groups is [.., { IsFold: false } last])
            {
                groups[^1] = new(IsFold: false, [.. last.Lines, .. lines[at..end]]);
            }
            else
            {
                groups.Add(new(isFold, lines[at..end]));
            }
            at = end;
        }
        return groups;
    }
}
