using Platform.Retrieval.Search;

namespace Platform.Retrieval.Reading.Pdf;

/// <summary>Writes the blocks of PDF pages as text, and remembers where each word stands.</summary>
internal sealed class PdfText(DocumentText document)
{
    private char _last;
    private string _lastTwo = "";
    private BlockKind? _lastKind;

    public void Write(PdfPage page, IEnumerable<PdfBlock> blocks)
    {
        document.StartPage(page.Width, page.Height);
        var isFirst = true;
        foreach (var block in blocks)
        {
            // A sentence that runs over the end of a page is one sentence.
            if (isFirst && block.Kind == BlockKind.Paragraph && _lastKind is BlockKind.Paragraph or BlockKind.ListItem && RunsOn(block)) Go(page, block, document.Reopen());
            else Begin(page, block);
            isFirst = false;
            _lastKind = block.Kind;
        }
    }

    private bool RunsOn(PdfBlock block) =>
        (char.IsLower(_last) || _last is ',' or '，' or '、' or '-' || JoinedLines.IsWide(_last) && _last is not ('。' or '！' or '？' or '：' or '；'))
        && (char.IsLower(block.Lines[0].Text[0]) || (JoinedLines.IsWide(_last) && JoinedLines.IsWide(block.Lines[0].Text[0])));

    private void Begin(PdfPage page, PdfBlock block)
    {
        var start = document.Begin(block.Kind);
        if (block.Row is { } row) Row(page, row);
        else Lines(page, block.Lines, joins: false);
        document.End(block.Kind, block.Level, start);
    }

    private void Go(PdfPage page, PdfBlock block, ParsedBlock open)
    {
        Lines(page, block.Lines, joins: true);
        document.End(open.Kind, open.Level, open.Start);
    }

    private void Row(PdfPage page, PdfRow row)
    {
        var used = row.Cells.FindLastIndex(cell => cell.Count > 0);
        for (var i = 0; i <= used; i++)
        {
            if (i > 0) document.Append(TableText.Separator);
            else if (row.Cells[0].Count == 0) document.Append("–");
            Lines(page, row.Cells[i], joins: false);
        }
    }

    private void Lines(PdfPage page, List<PdfLine> lines, bool joins)
    {
        foreach (var line in lines)
        {
            for (var i = 0; i < line.Words.Count; i++)
            {
                var word = line.Words[i];
                if (i > 0) document.Append(" ");
                else if (joins)
                {
                    if (JoinedLines.IsHyphenated(_lastTwo, word.Text[0])) document.TakeBack(1);
                    else document.Append(JoinedLines.Between(_last, word.Text[0]));
                }
                Word(page, word);
            }
            joins = true;
        }
    }

    private void Word(PdfPage page, PdfWord word)
    {
        var start = document.Length;
        document.Append(word.Text);
        _last = word.Text[^1];
        _lastTwo = word.Text.Length > 1 ? word.Text[^2..] : "";
        var total = (float)JoinedLines.Width(word.Text);
        var before = 0;
        foreach (var (from, length) in Pieces(word.Text))
        {
            var width = JoinedLines.Width(word.Text.AsSpan(from, length));
            var left = word.Left + (word.Right - word.Left) * before / total;
            var right = word.Left + (word.Right - word.Left) * (before + width) / total;
            document.AddWord(new WordBox(start + from, start + from + length, Share(left, page.Width), Share(word.Top, page.Height), Share(right - left, page.Width), Share(word.Bottom - word.Top, page.Height)));
            before += width;
        }
    }

    /// <summary>Chinese stands without spaces, a whole line as one word: each character gets its own part of the box, so that a quote of half a line is marked as half a line.</summary>
    private static IEnumerable<(int From, int Length)> Pieces(string word)
    {
        var from = 0;
        for (var i = 0; i < word.Length;)
        {
            var wide = JoinedLines.IsWide(word[i]) ? 1 : TextFolding.CjkLength(word, i);
            if (wide == 0) { i++; continue; }
            if (i > from) yield return (from, i - from);
            yield return (i, wide);
            i += wide;
            from = i;
        }
        if (from < word.Length) yield return (from, word.Length - from);
    }

    private static float Share(float points, float of) => of <= 0 ? 0 : Math.Clamp(points / of, 0, 1);
}
