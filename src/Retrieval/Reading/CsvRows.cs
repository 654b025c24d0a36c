using System.Text;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading;

/// <summary>Cuts a text into rows and cells; the mark between cells is found by itself. Quotes as in RFC 4180.</summary>
internal static class CsvRows
{
    private const int SniffedRows = 20;

    /// <summary>Row after row, a list of its own each, with the line of the text that it begins in. IngestException when there are more cells than a table may have.</summary>
    public static IEnumerable<SheetRow> Of(string content, CancellationToken cancellation)
    {
        var cells = 0;
        foreach (var row in Rows(content, Delimiter(content, cancellation), cancellation))
        {
            if ((cells += row.Cells.Count) > ReaderLimits.Cells)
            {
                throw new IngestException(IngestError.TooLarge, $"The file has more than {ReaderLimits.Cells:N0} cells, the most that one table may have. Split it into smaller files.");
            }
            yield return row;
        }
    }

    /// <summary>The mark that cuts the first rows into the same number of cells, and into the most.</summary>
    private static char Delimiter(string content, CancellationToken cancellation)
    {
        var best = (Delimiter: ',', Score: 0.0);
        foreach (var candidate in (ReadOnlySpan<char>)[',', ';', '\t', '|'])
        {
            var counts = Rows(content, candidate, cancellation).Take(SniffedRows).Select(row => row.Cells.Count).ToList();
            var usual = counts.GroupBy(count => count).MaxBy(group => group.Count());
            if (usual is null || usual.Key < 2) continue;
            var score = (double)usual.Count() / counts.Count + usual.Key / 1000.0;
            if (score > best.Score) best = (candidate, score);
        }
        return best.Delimiter;
    }

    private static IEnumerable<SheetRow> Rows(string content, char delimiter, CancellationToken cancellation)
    {
        List<string> row = [];
        var (line, begun) = (1, 1);
        var cell = new StringBuilder();
        bool quoted = false, wasQuoted = false;
        for (var i = 0; i < content.Length; i++)
        {
            var c = content[i];
            if (quoted)
            {
                if (c != '"')
                {
                    cell.Append(c);
                    if (EndsLine(content, i)) line++;
                }
                else if (i + 1 < content.Length && content[i + 1] == '"') { cell.Append('"'); i++; }
                else quoted = false;
            }
            else if (c == '"' && cell.Length == 0 && !wasQuoted)
            {
                quoted = wasQuoted = true;
            }
            else if (c == delimiter || c is '\n' or '\r')
            {
                cancellation.ThrowIfCancellationRequested();
                row.Add(cell.ToString());
                cell.Clear();
                wasQuoted = false;
                if (c == delimiter) continue;
                if (!EndsLine(content, i)) i++;
                yield return new(begun, row);
                (row, begun) = ([], ++line);
            }
            else
            {
                cell.Append(c);
            }
        }
        if (cell.Length > 0 || row.Count > 0)
        {
            row.Add(cell.ToString());
            yield return new(begun, row);
        }
    }

    /// <summary>A line ends at a line feed, or at a carriage return that none follows.</summary>
    private static bool EndsLine(string content, int at) => content[at] == '\n' || (content[at] == '\r' && (at + 1 == content.Length || content[at + 1] != '\n'));
}
