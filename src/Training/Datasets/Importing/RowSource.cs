using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Importing;

/// <summary>A row of a file, or why it is none.</summary>
/// <param name="Sheet">Of a workbook that has several with rows.</param>
internal sealed record SourceRow(int Line, TrainingRow? Row, RowException? Fault, string Raw, string Sheet = "");

/// <summary>The rows of a file of any form that is known: JSON lines, a JSON array, a table, or plain text.</summary>
internal static class RowSource
{
    /// <summary>Longest line of a JSON lines file, UTF-16 characters.</summary>
    public const int MaxLine = 2 * 1024 * 1024;

    /// <summary>The fault of a sheet whose columns are not those of the first.</summary>
    public const string OtherColumns = "other_columns";

    private static readonly JsonSerializerOptions Strict = new() { MaxDepth = 64, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a file is a table by its name.</summary>
    public static bool IsTable(string name) => Path.GetExtension(name).ToLowerInvariant() is ".csv" or ".tsv" or ".xlsx";

    /// <summary>The sheets of a table; null where the file is none. DatasetException file_unreadable.</summary>
    public static async Task<IReadOnlyList<TableSheet>?> TableAsync(string path, string name, CancellationToken cancellation)
    {
        if (!IsTable(name))
            return null;
        try
        {
            return await TableFile.ReadAsync(path, cancellation);
        }
        catch (IngestException error)
        {
            throw new DatasetException("file_unreadable", error.Message, error);
        }
    }

    /// <summary>The rows of a table below its heads. Of a workbook those sheets are read that have the columns of the first with rows: what the mapping means is theirs.</summary>
    public static IEnumerable<SourceRow> OfTable(IReadOnlyList<TableSheet> sheets, ColumnMapping mapping)
    {
        var filled = sheets.Where(sheet => sheet.Rows.Count > 0).ToList();
        foreach (var sheet in filled)
        {
            var name = filled.Count > 1 ? sheet.Name : "";
            if (!IsAlike(sheet, filled[0]))
                yield return new(1, null, new RowException(OtherColumns, sheet.Name, $"The sheet '{sheet.Name}' has other columns than '{filled[0].Name}', so its rows were left out. Save it as a file of its own."), CsvLine.Of(sheet.Rows[0].Cells), name);
            else
                foreach (var (line, cells) in sheet.Rows.Skip(1))
                    yield return Tried(line, CsvLine.Of(cells), () => mapping.RowOf(cells)) with { Sheet = name };
        }
    }

    /// <summary>Names of the sheets with rows that are not read.</summary>
    public static IReadOnlyList<string> LeftOut(IReadOnlyList<TableSheet> sheets)
    {
        var filled = sheets.Where(sheet => sheet.Rows.Count > 0).ToList();
        return [.. filled.Where(sheet => !IsAlike(sheet, filled[0])).Select(sheet => sheet.Name)];
    }

    private static bool IsAlike(TableSheet sheet, TableSheet first) => sheet.Rows[0].Cells.SequenceEqual(first.Rows[0].Cells, StringComparer.OrdinalIgnoreCase);

    /// <param name="name">That the file came under; says whether what begins as JSON is none.</param>
    public static async IAsyncEnumerable<SourceRow> OfTextAsync(string path, string name, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var start = await StartAsync(path, cancellation);
        switch (TextPieces.IsText(name, start) ? default : start[0])
        {
            case '{':
                await foreach (var row in LinesAsync(path, cancellation)) yield return row;
                break;
            case '[':
                await foreach (var row in ArrayAsync(path, cancellation)) yield return row;
                break;
            default:
                await foreach (var row in ParagraphsAsync(path, cancellation)) yield return row;
                break;
        }
    }

    private static async IAsyncEnumerable<SourceRow> LinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var number = 0;
        await foreach (var line in BoundedLines.ReadAsync(path, MaxLine, cancellation))
        {
            number++;
            if (line is null)
                yield return TooLong(number);
            else if (line.AsSpan().Trim().Length > 0)
                yield return Tried(number, line, () => RowReader.Read(line));
        }
    }

    private static async IAsyncEnumerable<SourceRow> ArrayAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        await using var items = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(file, Strict, cancellation).GetAsyncEnumerator(cancellation);
        for (var (number, isOver) = (1, false); !isOver; number++)
        {
            SourceRow row;
            try
            {
                if (!await items.MoveNextAsync())
                    yield break;
                var item = items.Current;
                row = Tried(number, item.GetRawText(), () => RowReader.Read(item));
            }
            catch (JsonException error)
            {
                isOver = true;
                row = new(number, null, new RowException("not_json", "", string.Create(CultureInfo.InvariantCulture, $"From here on the file is not JSON: look at its line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}.")), "");
            }
            yield return row;
        }
    }

    private static async IAsyncEnumerable<SourceRow> ParagraphsAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        TextPieces pieces = new();
        var number = 0;
        await foreach (var line in BoundedLines.ReadAsync(path, MaxLine, cancellation))
        {
            number++;
            if ((line is null ? pieces.Skip() : pieces.Add(line)) is { } ended)
                yield return Whole(ended);
            if (line is null)
                yield return TooLong(number);
        }
        if (pieces.End() is { } last)
            yield return Whole(last);
    }

    /// <summary>The lines of a text by its paragraphs.</summary>
    public static IEnumerable<SourceRow> OfText(IEnumerable<string> lines)
    {
        TextPieces pieces = new();
        foreach (var line in lines)
            if (pieces.Add(line.TrimEnd('\r')) is { } ended)
                yield return Whole(ended);
        if (pieces.End() is { } last)
            yield return Whole(last);
    }

    private static SourceRow Whole((int Line, string Text) piece) => Tried(piece.Line, piece.Text, () => RowReader.Read(RowWriter.Write(TrainingRow.OfText(piece.Text))));

    private static SourceRow TooLong(int number) => new(number, null, new RowException("too_long", "", $"The line is longer than {MaxLine:N0} characters.", $"{MaxLine:N0}"), "");

    private static SourceRow Tried(int line, string raw, Func<TrainingRow> read)
    {
        try
        {
            return new(line, read(), null, raw);
        }
        catch (RowException fault)
        {
            return new(line, null, fault, raw);
        }
    }

    private static async Task<string> StartAsync(string path, CancellationToken cancellation)
    {
        using StreamReader reader = new(path);
        var buffer = new char[4096];
        for (int read; (read = await reader.ReadBlockAsync(buffer, cancellation)) > 0;)
            if (new string(buffer, 0, read).TrimStart() is { Length: > 0 } start)
                return start;
        throw new DatasetException("file_empty", "The file is empty.");
    }
}
