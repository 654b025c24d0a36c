using Platform.Retrieval.Reading;

namespace Platform.Web.Features.Documents;

/// <summary>Finds the rectangles of a span of text on its pages.</summary>
public static class SpanBoxes
{
    /// <summary>One rectangle a line of words; none where the format has no boxes.</summary>
    public static IReadOnlyList<HighlightBox> Of(ParsedDocument document, int start, int end)
    {
        var boxes = new List<HighlightBox>();
        foreach (var page in document.Pages.Where(p => p.Start < end && p.End > start))
        {
            HighlightBox? line = null;
            foreach (var word in page.Words.Where(w => w.Start < end && w.End > start))
            {
                if (line is not null && SameLine(line, word))
                {
                    line = Join(line, word);
                    continue;
                }
                Add(boxes, line);
                line = new HighlightBox(page.Number, word.X, word.Y, word.Width, word.Height);
            }
            Add(boxes, line);
        }
        return boxes;
    }

    // Words of one line overlap in height and follow to the right, not across a gutter between columns.
    private static bool SameLine(HighlightBox line, WordBox word) =>
        Math.Abs(line.Y + (line.Height / 2) - (word.Y + (word.Height / 2))) < Math.Max(line.Height, word.Height) / 2
        && word.X >= line.X && word.X - (line.X + line.Width) < 0.06;

    private static HighlightBox Join(HighlightBox line, WordBox word)
    {
        var top = Math.Min(line.Y, word.Y);
        return line with
        {
            Y = top,
            Width = Math.Max(line.X + line.Width, word.X + word.Width) - line.X,
            Height = Math.Max(line.Y + line.Height, word.Y + word.Height) - top,
        };
    }

    private static void Add(List<HighlightBox> boxes, HighlightBox? line)
    {
        if (line is not null)
        {
            boxes.Add(line);
        }
    }
}
