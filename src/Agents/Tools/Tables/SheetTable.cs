using System.Globalization;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Reading;

namespace Platform.Agents.Tools.Tables;

/// <summary>One table of a sheet: rows of cells under named columns, as the reader saw them. Untrusted.</summary>
/// <param name="Page">The sheet's number.</param>
internal sealed record SheetTable(DocumentInfo Document, string Name, string Sheet, int Page, IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows)
{
    private const int MaxColumns = 100;

    /// <summary>The tables of a document: a row that names columns begins one, and so does a sheet.</summary>
    public static IEnumerable<SheetTable> Of(DocumentInfo document, ParsedDocument parsed, ISet<string> names)
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
                    yield return Table(document, page, head, rows, names);
                    rows = [];
                }
                if (block.Level == 1)
                    head = cells;
                else
                    rows.Add(cells);
            }
            if (rows.Count > 0)
                yield return Table(document, page, head, rows, names);
        }
    }

    private static SheetTable Table(DocumentInfo document, ParsedPage page, string[]? head, List<string[]> rows, ISet<string> names)
    {
        var width = Math.Max(head?.Length ?? 0, rows.Max(row => row.Length));
        HashSet<string> taken = new(StringComparer.Ordinal);
        string[] columns = [.. Enumerable.Range(0, width).Select(i => TableName.Of(head is not null && i < head.Length ? head[i] : "", string.Create(CultureInfo.InvariantCulture, $"column_{i + 1}"), taken))];
        var sheet = page.Label ?? "";
        return new(document, TableName.Of(sheet.Length > 0 ? sheet : Path.GetFileNameWithoutExtension(document.Name), "sheet", names), sheet, page.Number, columns, rows);
    }
}
