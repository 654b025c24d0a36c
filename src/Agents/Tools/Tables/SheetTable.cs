using System.Globalization;
using Platform.Retrieval.Reading;

namespace Platform.Agents.Tools.Tables;

/// <summary>One table of a sheet: rows of cells under named columns, as the reader saw them. Untrusted.</summary>
/// <param name="Sheet">Empty where the sheet has no name.</param>
/// <param name="Page">The sheet's number.</param>
internal sealed record SheetTable(string Sheet, int Page, IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows)
{
    private const int MaxColumns = 100;

    /// <summary>The tables of a document: a row that names columns begins one, and so does a sheet.</summary>
    public static IEnumerable<SheetTable> Of(ParsedDocument parsed)
    {
        foreach (var page in parsed.Pages)
        {
            List<string[]> rows = [];
            string[]? head = null;
            foreach (var block in parsed.Blocks.Where(block => block.Kind == BlockKind.TableRow && block.Start >= page.Start && block.End <= page.End))
            {
                string[] cells = [.. TableCells.Of(parsed.Text, block.Start, block.End).Take(MaxColumns).Select(cell => parsed.Text[cell.From..cell.To].Trim())];
                if (block.Level == 1 && rows.Count > 0)
                {
                    yield return Table(page, head, rows);
                    rows = [];
                }
                if (block.Level == 1)
                    head = cells;
                else
                    rows.Add(cells);
            }
            if (rows.Count > 0)
                yield return Table(page, head, rows);
        }
    }

    private static SheetTable Table(ParsedPage page, string[]? head, List<string[]> rows)
    {
        var width = Math.Max(head?.Length ?? 0, rows.Max(row => row.Length));
        HashSet<string> taken = new(StringComparer.Ordinal);
        string[] columns = [.. Enumerable.Range(0, width).Select(i => TableName.Of(head is not null && i < head.Length ? head[i] : "", string.Create(CultureInfo.InvariantCulture, $"column_{i + 1}"), taken))];
        return new(page.Label ?? "", page.Number, columns, rows);
    }
}
