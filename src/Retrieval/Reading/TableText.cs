using System.Text;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading;

/// <summary>Writes table rows the same for every format: cells joined by " | ", one row a block, the heading row at level 1.</summary>
internal static class TableText
{
    public const string Separator = " | ";

    /// <summary>Adds a row; a row without a visible cell is left out. Empty cells stay empty between two, are a dash at the start, and are dropped at the end.</summary>
    public static bool AddRow(DocumentText document, IReadOnlyList<string> cells, bool isHead)
    {
        if (cells.Count > RetrievalOptions.MaxTableColumns)
        {
            throw new IngestException(IngestError.TooManyColumns, $"A table row has {cells.Count:N0} columns; the limit is {RetrievalOptions.MaxTableColumns:N0}. Remove the columns that are not needed.");
        }
        var row = new StringBuilder();
        var pending = 0;
        for (var i = 0; i < cells.Count; i++)
        {
            if (i > 0) pending++;
            // A cell that held the separator would look like two.
            var cell = VisibleText.Line(cells[i]).Replace(Separator, " / ", StringComparison.Ordinal);
            if (cell.Length == 0) continue;
            for (; pending > 0; pending--) row.Append(row.Length == 0 ? "– | " : Separator);
            row.Append(cell);
        }
        if (row.Length == 0) return false;
        var start = document.Begin(BlockKind.TableRow);
        document.Append(row.ToString());
        document.End(BlockKind.TableRow, isHead ? 1 : 0, start);
        return true;
    }
}
