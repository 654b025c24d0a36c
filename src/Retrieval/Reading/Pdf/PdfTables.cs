using System.Text.RegularExpressions;

namespace Platform.Retrieval.Reading.Pdf;

/// <summary>A table row: for each column the lines of its cell, none for an empty one.</summary>
internal sealed record PdfRow(List<List<PdfLine>> Cells);

/// <summary>Finds tables by how lines stand beside one another: short cells in the same columns over several rows. Columns of prose also stand beside one another, but fill their width.</summary>
internal static partial class PdfTables
{
    private const float SameRow = 0.5f, FarApart = 3f, ProseFill = 0.8f;
    private const int ProseColumns = 20;

    /// <summary>The rows of each table found; lines that are in none are not mentioned.</summary>
    public static List<List<PdfRow>> Find(List<PdfLine> lines)
    {
        var tables = new List<List<PdfRow>>();
        var region = new List<List<PdfLine>>();
        foreach (var row in Rows(lines))
        {
            var isFar = region.Count > 0 && row.Min(line => line.Top) - region[^1].Max(line => line.Bottom) > FarApart * row[0].Height;
            var goesOn = !isFar && (row.Count > 1 || (region.Count > 0 && Continues(region, row[0])));
            if (!goesOn) Finish(region, tables);
            if (row.Count > 1 || goesOn) region.Add(row);
        }
        Finish(region, tables);
        return tables;
    }

    /// <summary>A number or bullet set apart from its text is joined to it.</summary>
    public static List<PdfLine> JoinMarkers(List<PdfLine> lines)
    {
        var joined = new List<PdfLine>(lines.Count);
        foreach (var line in lines)
        {
            if (joined.Count > 0 && joined[^1] is var before && Marker().IsMatch(before.Text) && IsSameRow(before, line)
                && line.Left >= before.Right && line.Left - before.Right < FarApart * line.Height)
            {
                joined[^1] = new PdfLine([.. before.Words, .. line.Words]);
            }
            else
            {
                joined.Add(line);
            }
        }
        return joined;
    }

    private static bool IsSameRow(PdfLine a, PdfLine b) => Math.Abs(a.Middle - b.Middle) < SameRow * Math.Min(a.Height, b.Height);

    private static IEnumerable<List<PdfLine>> Rows(List<PdfLine> lines)
    {
        var row = new List<PdfLine>();
        foreach (var line in lines.OrderBy(line => line.Middle))
        {
            if (row.Count > 0 && !IsSameRow(row[0], line))
            {
                yield return [.. row.OrderBy(cell => cell.Left)];
                row.Clear();
            }
            row.Add(line);
        }
        if (row.Count > 0) yield return [.. row.OrderBy(cell => cell.Left)];
    }

    /// <summary>The further line of a cell: close below the row, and inside a column that is not the first (there it would be the next row or the text after the table).</summary>
    private static bool Continues(List<List<PdfLine>> region, PdfLine line)
    {
        var above = region[^1];
        var gap = line.Top - above.Max(cell => cell.Bottom);
        var widest = region.MaxBy(row => row.Count)!;
        return gap < 0.6f * line.Height && widest.Skip(1).Any(cell => cell.Overlaps(line)) && !widest[0].Overlaps(line);
    }

    private static void Finish(List<List<PdfLine>> region, List<List<PdfRow>> tables)
    {
        var full = region.Where(row => row.Count > 1).ToList();
        var isTable = full.Count >= 2 ? !IsProse(full) : full.Count == 1 && full[0].Count >= 3 && full[0].TrueForAll(cell => cell.Columns <= 30);
        if (isTable) tables.Add(Aligned(region));
        region.Clear();
    }

    private static bool IsProse(List<List<PdfLine>> rows)
    {
        var columns = Columns(rows);
        var cells = rows.SelectMany(row => row).ToList();
        foreach (var (left, right) in columns)
        {
            var inside = cells.Where(cell => cell.Left < right && left < cell.Right).ToList();
            if (inside.Average(cell => cell.Columns) < ProseColumns || inside.Average(cell => (cell.Right - cell.Left) / Math.Max(1, right - left)) < ProseFill) return false;
        }
        return true;
    }

    /// <summary>The ranges that the cells of the fullest row stand in, widened by the cells that touch only one of them.</summary>
    private static List<(float Left, float Right)> Columns(List<List<PdfLine>> rows)
    {
        var columns = rows.MaxBy(row => row.Count)!.ConvertAll(cell => (cell.Left, cell.Right));
        foreach (var cell in rows.SelectMany(row => row))
        {
            var touched = Enumerable.Range(0, columns.Count).Where(i => cell.Left < columns[i].Right && columns[i].Left < cell.Right).ToList();
            if (touched is [var only]) columns[only] = (Math.Min(columns[only].Left, cell.Left), Math.Max(columns[only].Right, cell.Right));
        }
        return columns;
    }

    private static List<PdfRow> Aligned(List<List<PdfLine>> region)
    {
        var columns = Columns(region);
        var rows = new List<PdfRow>();
        foreach (var line in region)
        {
            var places = line.ConvertAll(cell => Nearest(columns, cell));
            if (line.Count == 1 && rows.Count > 0) { rows[^1].Cells[places[0]].Add(line[0]); continue; }
            var cells = columns.ConvertAll(_ => new List<PdfLine>());
            for (var i = 0; i < line.Count; i++) cells[places[i]].Add(line[i]);
            rows.Add(new PdfRow(cells));
        }
        return rows;
    }

    private static int Nearest(List<(float Left, float Right)> columns, PdfLine cell) =>
        Enumerable.Range(0, columns.Count).MinBy(i => Math.Abs((columns[i].Left + columns[i].Right) / 2 - (cell.Left + cell.Right) / 2)
            - (cell.Left < columns[i].Right && columns[i].Left < cell.Right ? 10_000 : 0));

    [GeneratedRegex(@"^(?:[•●▪■◦‣·–-]|\(?[\dA-Za-z]{1,3}[.)、]?|\d{1,2}(?:\.\d{1,2}){1,4}\.?|[（(]?[一二三四五六七八九十]{1,3}[)）、.]|第[一二三四五六七八九十百\d]{1,4}[章节条编])$", RegexOptions.CultureInvariant)]
    private static partial Regex Marker();
}
