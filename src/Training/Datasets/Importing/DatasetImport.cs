using Platform.Retrieval.Access;
using Platform.Retrieval.Reading;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Importing;

/// <summary>Takes the rows of a file into a dataset. What cannot be used is named line by line, and the rest is taken.</summary>
/// <remarks>JSON lines and JSON arrays in every format of <see cref="RowFormat"/>, tables (CSV, TSV, XLSX) by their columns, other text by its paragraphs, documents (PDF, Word, HTML) by those of their text.</remarks>
public sealed class DatasetImport
{
    /// <summary>Largest file, bytes.</summary>
    public const long MaxBytes = 256L * 1024 * 1024;

    /// <summary>Faulty rows that a report names.</summary>
    public const int MaxFaults = 1000;

    /// <summary>Most characters of all the rows that a report names together; a row that does not fit whole is only counted.</summary>
    public const int MaxFaultTexts = 4 * 1024 * 1024;

    private const int PreviewRows = 5;

    // A file may begin with thousands of bad rows and still be worth taking.
    private const int MostLookedAt = 10_000;

    private readonly DatasetItems items;
    private readonly DatasetLibrary library;
    private readonly DocumentTexts documents;

    internal DatasetImport(DatasetLibrary library, DatasetItems items, DocumentTexts documents) => (this.library, this.items, this.documents) = (library, items, documents);

    /// <summary>The first rows of a file as they would be taken. DatasetException file_too_large, file_unreadable, file_empty.</summary>
    /// <param name="path">Of the file, on this machine.</param>
    /// <param name="name">That it came under; says whether it is a table.</param>
    /// <param name="mapping">Of a table's columns; null guesses by their heads.</param>
    public async Task<ImportPreview> PreviewAsync(string path, string name, ColumnMapping? mapping, CancellationToken cancellation)
    {
        CheckLength(path);
        var sheets = await RowSource.TableAsync(path, name, cancellation);
        var heads = HeadsOf(sheets);
        mapping = sheets is null ? null : mapping ?? ColumnMapping.Guess(heads);
        List<TrainingRow> rows = [];
        List<RowFault> faults = [];
        var looked = 0;
        await foreach (var row in RowsAsync(path, name, sheets, mapping, await documents.ReadAsync(path, name, cancellation), cancellation))
        {
            if (row.Row is { } good) rows.Add(good);
            else if (faults.Count < PreviewRows && row.Fault?.Code != RowSource.OtherColumns) faults.Add(FaultOf(row)); // sheets that are left out are named by themselves
            if (rows.Count == PreviewRows || ++looked == MostLookedAt)
                break;
        }
        return new(heads, mapping, rows, faults, sheets is null ? [] : RowSource.LeftOut(sheets));
    }

    /// <summary>Takes the file. DatasetException too_many_rows, file_too_large, file_unreadable, file_empty: then no row is taken.</summary>
    public async Task<ImportReport> ImportAsync(Caller caller, Guid datasetId, string path, string name, ColumnMapping? mapping, CancellationToken cancellation)
    {
        CheckLength(path);
        var set = await library.GetAsync(caller, datasetId, cancellation);
        var sheets = await RowSource.TableAsync(path, name, cancellation);
        mapping = sheets is null ? null : mapping ?? ColumnMapping.Guess(HeadsOf(sheets));
        List<NewItem> added = [];
        List<RowFault> faults = [];
        var (faulty, kept) = (0, 0);
        await foreach (var row in RowsAsync(path, name, sheets, mapping, await documents.ReadAsync(path, name, cancellation), cancellation))
        {
            if (row.Row is { } good && good.Kind == set.Kind)
            {
                if (added.Count >= DatasetItems.MaxRows)
                    throw new DatasetException("too_many_rows", $"The file has more than {DatasetItems.MaxRows:N0} rows, the most that a dataset may have. Split it.");
                added.Add(new(good, row.Sheet.Length > 0 ? $"{name}:{row.Sheet}:{row.Line}" : $"{name}:{row.Line}"));
                continue;
            }
            faulty++;
            if (faults.Count >= MaxFaults || kept + row.Raw.Length > MaxFaultTexts)
                continue;
            faults.Add(row.Row is { } other ? new(row.Line, "kind_differs", "", $"The row is of the kind {other.Kind}; this dataset holds rows of the kind {set.Kind}.", [$"{other.Kind}", $"{set.Kind}"], row.Raw) : FaultOf(row));
            kept += faults[^1].Raw.Length;
        }
        var taken = await items.AddAsync(caller, datasetId, added, cancellation);
        return new(taken.Added, taken.Repeated, faults, faulty, sheets is null ? null : CsvLine.Of(HeadsOf(sheets)));
    }

    private static IAsyncEnumerable<SourceRow> RowsAsync(string path, string name, IReadOnlyList<TableSheet>? sheets, ColumnMapping? mapping, IReadOnlyList<SourceRow>? texts, CancellationToken cancellation) =>
        texts is not null ? texts.ToAsyncEnumerable() : sheets is null ? RowSource.OfTextAsync(path, name, cancellation) : RowSource.OfTable(sheets, mapping!).ToAsyncEnumerable();

    private static IReadOnlyList<string> HeadsOf(IReadOnlyList<TableSheet>? sheets) => sheets?.FirstOrDefault(sheet => sheet.Rows.Count > 0)?.Rows[0].Cells ?? [];

    private static RowFault FaultOf(SourceRow row) => new(row.Line, row.Fault!.Code, row.Fault.Field, row.Fault.Message, row.Fault.Values, row.Raw);

    private static void CheckLength(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > MaxBytes)
            throw new DatasetException("file_too_large", $"The file has {length:N0} bytes; the limit is {MaxBytes:N0}. Split it.");
    }
}
