namespace Platform.Retrieval.Reading.Pdf;

/// <summary>A block of a page: lines of a paragraph, heading or list item, or one table row.</summary>
internal sealed record PdfBlock(BlockKind Kind, int Level, List<PdfLine> Lines, PdfRow? Row = null);

/// <summary>Groups the lines of pages into blocks by spacing, indentation and size.</summary>
internal sealed class PdfBlocks
{
    private const float WideGap = 1.25f, OtherSize = 1.12f;

    private readonly PdfHeadings _headings;
    private readonly float _pitch;

    /// <param name="pages">All pages: what is usual in the document is learnt from them.</param>
    public PdfBlocks(List<PdfPage> pages)
    {
        _headings = new PdfHeadings(pages);
        var pitches = pages.SelectMany(page => page.Lines.Zip(page.Lines.Skip(1)))
            .Where(pair => pair.First.Overlaps(pair.Second) && Math.Abs(pair.First.Height / pair.Second.Height - 1) < 0.1)
            .Select(pair => (pair.Second.Middle - pair.First.Middle) / pair.First.Height)
            .Where(pitch => pitch is > 0.8f and < 2.5f).Order().ToList();
        // Most lines follow one of their own paragraph; the wider steps are those between paragraphs.
        _pitch = pitches.Count == 0 ? 1.3f : pitches[pitches.Count / 4];
    }

    /// <summary>The blocks of a page in reading order.</summary>
    public IEnumerable<PdfBlock> Of(PdfPage page)
    {
        var lines = PdfTables.JoinMarkers(page.Lines);
        var rowsAt = new Dictionary<PdfLine, List<PdfRow>>();
        var inTables = new HashSet<PdfLine>();
        foreach (var table in PdfTables.Find(lines))
        {
            var cells = table.SelectMany(row => row.Cells).SelectMany(cell => cell).ToHashSet();
            rowsAt[lines.First(cells.Contains)] = table;
            inTables.UnionWith(cells);
        }
        var open = new List<PdfLine>();
        foreach (var line in lines)
        {
            if (rowsAt.TryGetValue(line, out var rows))
            {
                if (open.Count > 0) yield return Block(open);
                open = [];
                var hasHead = TableHead.Of([.. rows.Take(1 + TableHead.RowsBelow).Select(Texts)]) >= HeadGuess.RatherYes;
                for (var i = 0; i < rows.Count; i++) yield return new PdfBlock(BlockKind.TableRow, hasHead && i == 0 ? 1 : 0, [.. rows[i].Cells.SelectMany(cell => cell)], rows[i]);
            }
            if (inTables.Contains(line)) continue;
            if (open.Count > 0 && StartsBlock(open, line, page))
            {
                yield return Block(open);
                open = [];
            }
            open.Add(line);
        }
        if (open.Count > 0) yield return Block(open);
    }

    private PdfBlock Block(List<PdfLine> lines)
    {
        var level = _headings.Level(lines);
        if (level > 0) return new PdfBlock(BlockKind.Heading, level, lines);
        return ListMarker.IsAt(lines[0].Text) ? new PdfBlock(BlockKind.ListItem, 1, lines) : new PdfBlock(BlockKind.Paragraph, 0, lines);
    }

    private static string[] Texts(PdfRow row) => [.. row.Cells.Select(cell => string.Join(' ', cell.Select(line => line.Text)))];

    private bool StartsBlock(List<PdfLine> open, PdfLine line, PdfPage page)
    {
        var last = open[^1];
        var ratio = line.Height / Math.Max(0.1f, last.Height);
        if (ratio is > OtherSize or < 1 / OtherSize || ListMarker.IsAt(line.Text)) return true;
        if (_headings.Level(open) > 0 != _headings.Level([line]) > 0) return true;
        var step = line.Middle - last.Middle;
        if (step <= 0) return SentenceEnds(last) || !Continues(line); // the next column
        if (step > WideGap * _pitch * last.Height) return true;
        if (!line.Overlaps(last)) return true;
        // A first line is set in, unless what is open is a list item, whose further lines are.
        var isItem = ListMarker.IsAt(open[0].Text);
        if (!isItem && line.Left - last.Left > last.Height && line.Left - open[0].Left > -1) return true;
        // The line before ended early, and with a full stop: its paragraph was over.
        return SentenceEnds(last) && last.Right < open.Max(other => other.Right) - page.Width * 0.12f && open.Count > 1;
    }

    private static bool SentenceEnds(PdfLine line) => line.Text[^1] is '.' or '!' or '?' or ':' or '。' or '！' or '？' or '：' or '；' or '"' or '”';

    private static bool Continues(PdfLine line) => char.IsLower(line.Text[0]) || JoinedLines.IsWide(line.Text[0]);
}
