using System.Text;
using System.Xml;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading.Office;

/// <summary>Tells the rows of one sheet after another; the cells of all of them are counted against one limit.</summary>
/// <param name="tell">Has each row; the list is used again for the next one.</param>
internal sealed class SheetRows(Action<IReadOnlyList<string>> tell, SheetCells cells, CancellationToken cancellation)
{
    private int _count;

    public void Read(XmlReader reader)
    {
        var row = new List<string>();
        var value = new StringBuilder();
        (string? Type, int Style, int Column) cell = default;
        var inValue = false;
        while (reader.ReadSafely())
        {
            var isEnd = reader.NodeType == XmlNodeType.EndElement;
            switch (reader.LocalName)
            {
                case "row" when isEnd:
                    cancellation.ThrowIfCancellationRequested();
                    tell(row);
                    row.Clear();
                    break;
                case "c" when reader.NodeType == XmlNodeType.Element:
                    cell = (reader.Attribute("t"), reader.Number("s", 0), Column(reader.Attribute("r"), row.Count));
                    value.Clear();
                    break;
                case "c" when isEnd: Add(row, cell.Column, cells.Shown(cell.Type, cell.Style, value.ToString())); break;
                case "v" or "t": inValue = reader.NodeType == XmlNodeType.Element && !reader.IsEmptyElement; break;
                case "f" or "rPh": inValue = false; break;
                default:
                    if (inValue && reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace) value.Append(reader.Value);
                    break;
            }
        }
    }

    private void Add(List<string> row, int column, string shown)
    {
        if (shown.Length == 0 || column < row.Count) return;
        if (column >= RetrievalOptions.MaxTableColumns)
        {
            throw new IngestException(IngestError.TooManyColumns, $"The workbook has a cell in column {column + 1:N0}; the limit is {RetrievalOptions.MaxTableColumns:N0}. Remove the columns that are not needed.");
        }
        if ((_count += column - row.Count + 1) > ReaderLimits.Cells)
        {
            throw new IngestException(IngestError.TooLarge, $"The workbook has more than {ReaderLimits.Cells:N0} cells, the most that one may have. Split it into smaller files.");
        }
        while (row.Count < column) row.Add("");
        row.Add(shown);
    }

    /// <summary>From a reference such as AB12, 0 is A; without one, the next column.</summary>
    private static int Column(string? reference, int next)
    {
        if (reference is null) return next;
        var column = 0;
        foreach (var c in reference.TakeWhile(char.IsAsciiLetterUpper).Take(4)) column = column * 26 + (c - 'A' + 1);
        return column == 0 ? next : column - 1;
    }
}
