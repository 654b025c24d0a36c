namespace Platform.Retrieval.Reading;

/// <summary>A sheet of a workbook, or the one table of a text file.</summary>
/// <param name="Name">Of the sheet; empty of a text file.</param>
/// <param name="Rows">They need not be of one length; rows of empty cells alone are left out.</param>
public sealed record TableSheet(string Name, IReadOnlyList<SheetRow> Rows);

/// <summary>Reads CSV files and Excel workbooks as cells, for who needs more than their text. The limits are those of documents.</summary>
public static class TableFile
{
    /// <summary>Reads by the content: a workbook is a ZIP archive, all else is text. IngestException says what is wrong with a file.</summary>
    public static async Task<IReadOnlyList<TableSheet>> ReadAsync(string path, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (await IsArchiveAsync(path, cancellation))
        {
            return await Task.Run(() => Workbook(path, cancellation), cancellation);
        }
        var content = await TextFile.ReadAsync(path, cancellation);
        return [new TableSheet("", [.. CsvRows.Of(content, cancellation).Where(row => IsVisible(row.Cells))])];
    }

    private static List<TableSheet> Workbook(string path, CancellationToken cancellation)
    {
        List<(string Name, List<SheetRow> Rows)> sheets = [];
        var read = 0;
        XlsxReader.Walk(
            path,
            (name, _, _) =>
            {
                read = 0;
                sheets.Add((name, []));
            },
            row =>
            {
                read++;
                if (IsVisible(row)) sheets[^1].Rows.Add(new(read, [.. row]));
            },
            cancellation);
        return [.. sheets.Select(sheet => new TableSheet(sheet.Name, sheet.Rows))];
    }

    private static bool IsVisible(IReadOnlyList<string> row) => row.Any(cell => !string.IsNullOrWhiteSpace(cell));

    private static async Task<bool> IsArchiveAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        var start = new byte[2];
        return await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellation) == start.Length && start is [(byte)'P', (byte)'K'];
    }
}
