using System.Globalization;
using Platform.Retrieval.Reading;

namespace Platform.Agents.Tools.Tables;

/// <summary>One table of a sheet: rows of cells under named columns, as the reader saw them. Untrusted.</summary>
/// <param name="Sheet">Empty where the sheet has no name.</param>
/// <param name="Page">The sheet's number.</param>
internal sealed record SheetTable(string Sheet, int Page, IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows)
{
    public const int MaxColumns = 100;

    /// <summary>How many columns it has beyond those that are here.</summary>
    public int ColumnsLeftOut { get; private init; }

    /// <summary>Whether the first row names the columns, where that is not sure.</summary>
    public HeadDoubt Doubt { get; private init; }

    /// <summary>The tables of a document: a row that names columns begins one, and so does a sheet. Rows above the first such row are titles.</summary>
    public static IEnumerable<SheetTable> Of(ParsedDocument parsed)
    {
        foreach (var page in parsed.Pages)
        {
            List<string[]> rows = [];
            string[]? head = null;
            var width = 0;
            foreach (var block in parsed.Blocks.Where(block => block.Kind == BlockKind.TableRow && block.Start >= page.Start && block.End <= page.End))
            {
                if (block.Level == 1)
                {
                    if (head is not null && rows.Count > 0)
                        yield return Table(page, head, rows, width);
                    (rows, width) = ([], 0);
                }
                var all = TableCells.Of(parsed.Text, block.Start, block.End).ToList();
                width = Math.Max(width, all.Count);
                string[] cells = [.. all.Take(MaxColumns).Select(cell => parsed.Text[cell.From..cell.To].Trim())];
                if (block.Level == 1)
                    head = cells;
                else
                    rows.Add(cells);
            }
            if (rows.Count > 0)
                yield return Table(page, head, rows, width);
        }
    }

    private static SheetTable Table(ParsedPage page, string[]? head, List<string[]> rows, int width)
    {
        HashSet<string> taken = new(StringComparer.Ordinal);
        string[] columns = [.. Enumerable.Range(0, Math.Min(width, MaxColumns)).Select(i => TableName.Of(head is not null && i < head.Length ? head[i] : "", string.Create(CultureInfo.InvariantCulture, $"column_{i + 1}"), taken))];
        return new(page.Label ?? "", page.Number, columns, rows) { ColumnsLeftOut = width - columns.Length, Doubt = DoubtOf(head, rows) };
    }

    private static HeadDoubt DoubtOf(string[]? head, List<string[]> rows)
    {
        var first = rows.Take(TableHead.RowsBelow + 1);
        if (head is null)
            return TableHead.Of([.. first]) == HeadGuess.No ? HeadDoubt.None : HeadDoubt.RowMayBeHead;
        return TableHead.Of([head, .. first]) == HeadGuess.Yes ? HeadDoubt.None : HeadDoubt.HeadMayBeRow;
    }
}

/// <summary>What the first row of a table may be besides what it is taken for.</summary>
internal enum HeadDoubt { None, RowMayBeHead, HeadMayBeRow }
