namespace Platform.Retrieval.Reading;

/// <summary>A rectangle on a page, from 1; the rest are shares of its width and height, origin top left.</summary>
public sealed record PageRectangle(int Page, float X, float Y, float Width, float Height);

/// <summary>Where a span of a document's text stands on its pages: one rectangle a line.</summary>
public static class LineRectangles
{
    /// <summary>A wider gap between two words (share of the page's width) is one between columns or cells, and starts a rectangle of its own.</summary>
    private const float WidestGap = 0.06f;

    /// <summary>In reading order; none where the format has no boxes.</summary>
    public static IReadOnlyList<PageRectangle> Of(ParsedDocument document, int start, int end)
    {
        List<PageRectangle> rectangles = [];
        foreach (var page in document.Pages.Where(page => page.Start < end && page.End > start))
        {
            PageRectangle? line = null;
            foreach (var word in page.Words.Where(word => word.Start < end && word.End > start))
            {
                var next = new PageRectangle(page.Number, word.X, word.Y, word.Width, word.Height);
                if (line is not null && SameLine(line, next))
                {
                    line = Union(line, next);
                    rectangles[^1] = line;
                }
                else
                {
                    line = next;
                    rectangles.Add(next);
                }
            }
        }
        return rectangles;
    }

    private static bool SameLine(PageRectangle line, PageRectangle word)
    {
        var shared = Math.Min(line.Y + line.Height, word.Y + word.Height) - Math.Max(line.Y, word.Y);
        return shared > Math.Min(line.Height, word.Height) / 2 && word.X >= line.X && word.X - (line.X + line.Width) < WidestGap;
    }

    private static PageRectangle Union(PageRectangle a, PageRectangle b)
    {
        var (x, y) = (Math.Min(a.X, b.X), Math.Min(a.Y, b.Y));
        return a with { X = x, Y = y, Width = Math.Max(a.X + a.Width, b.X + b.Width) - x, Height = Math.Max(a.Y + a.Height, b.Y + b.Height) - y };
    }
}
