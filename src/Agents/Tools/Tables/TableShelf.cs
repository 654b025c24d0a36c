using System.Globalization;
using Platform.Agents.Answering;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;

namespace Platform.Agents.Tools.Tables;

/// <summary>The tables of the sheets (XLSX, CSV) in the bases that a caller may read. What a sheet holds is kept in outline, by document and version; rows are read for a query that names them.</summary>
/// <param name="maxRows">Of all tables of one query.</param>
/// <param name="mostKept">Characters of the outlines in memory.</param>
internal sealed class TableShelf(IEvidence evidence, int maxRows, long mostKept = TableShelf.MostKept) : IDisposable
{
    private const int FirstRows = 2, LongestFirst = 100;
    private const long MostKept = 16 << 20; // of some 20,000 sheets

    private static readonly string[] Sheets = ["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];

    private readonly KeptOutlines outlines = new(mostKept);
    private readonly SemaphoreSlim outlining = new(1); // a document may be large, and who comes second finds it read

    /// <summary>By base and document name. No base ids means all bases.</summary>
    public async Task<ShelfTables> ListAsync(Caller caller, IReadOnlyList<Guid> baseIds, CancellationToken cancellation)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        List<ShelfTable> tables = [];
        List<string> unread = [];
        var listing = outlines.Begin();
        foreach (var knowledge in (await evidence.BasesAsync(caller, cancellation)).Where(b => baseIds.Count == 0 || baseIds.Contains(b.Id)))
        {
            foreach (var document in (await evidence.DocumentsAsync(caller, knowledge.Id, cancellation)).Where(d => d.State == DocumentState.Ready && Sheets.Contains(d.MediaType)))
            {
                if (await OutlinesAsync(caller, document, listing, cancellation) is { } found)
                    tables.AddRange(found.Select((outline, place) => new ShelfTable(document, place, NameOf(document, outline, names), outline)));
                else
                    unread.Add(document.Name);
            }
        }
        return new(tables, unread);
    }

    /// <summary>These tables with their rows. TableQueryException where they are too many, or one cannot be read any more.</summary>
    public async Task<IReadOnlyList<(ShelfTable Table, SheetTable Rows)>> ReadAsync(Caller caller, IReadOnlyList<ShelfTable> tables, CancellationToken cancellation)
    {
        if (tables.Sum(table => (long)table.Outline.Rows) is var rows && rows > maxRows)
            throw new TableQueryException(texts => texts.TooManyRows(rows, string.Join(", ", tables.Select(table => string.Create(CultureInfo.InvariantCulture, $"{table.Name}: {table.Outline.Rows:N0}"))), maxRows));
        List<(ShelfTable, SheetTable)> read = [];
        foreach (var sheets in tables.GroupBy(table => table.Document.Id))
        {
            var found = await SheetsAsync(caller, sheets.First().Document, cancellation);
            read.AddRange(sheets.Select(table => table.Place < found?.Count ? (table, found[table.Place]) : throw new TableQueryException(texts => texts.TableUnreadable(table.Name))));
        }
        return read;
    }

    private static string NameOf(DocumentInfo document, SheetOutline outline, HashSet<string> names) =>
        TableName.Of(outline.Sheet.Length > 0 ? outline.Sheet : Path.GetFileNameWithoutExtension(document.Name), "sheet", names);

    public void Dispose() => outlining.Dispose();

    private async Task<IReadOnlyList<SheetOutline>?> OutlinesAsync(Caller caller, DocumentInfo document, long listing, CancellationToken cancellation)
    {
        var key = (document.Id, document.Version);
        if (outlines.Find(key, listing) is { } known)
            return known;
        await outlining.WaitAsync(cancellation);
        try
        {
            if (outlines.Find(key, listing) is { } meanwhile)
                return meanwhile;
            if (await SheetsAsync(caller, document, cancellation) is not { } sheets)
                return null;
            IReadOnlyList<SheetOutline> read = [.. sheets.Select(sheet => new SheetOutline(sheet.Sheet, sheet.Page, sheet.Columns, [.. sheet.Rows.Take(FirstRows).Select(row => Array.ConvertAll(row, cell => ShortText.Of(cell, LongestFirst)))], sheet.Rows.Count, sheet.ColumnsLeftOut, sheet.Doubt))];
            outlines.Keep(key, read, listing);
            return read;
        }
        finally
        {
            outlining.Release();
        }
    }

    private async Task<IReadOnlyList<SheetTable>?> SheetsAsync(Caller caller, DocumentInfo document, CancellationToken cancellation)
    {
        try
        {
            return [.. SheetTable.Of(await evidence.ReadAsync(caller, document.Id, cancellation))];
        }
        catch (Exception failure) when (failure is NotFoundException or IngestException or IOException)
        {
            return null; // deleted in this moment, or its file cannot be read
        }
    }
}
