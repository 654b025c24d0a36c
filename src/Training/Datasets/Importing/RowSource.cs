using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Importing;

/// <summary>A row of a file, or why it is none.</summary>
internal sealed record SourceRow(int Line, TrainingRow? Row, RowException? Fault, string Raw);

/// <summary>The rows of a file of any form that is known: JSON lines, a JSON array, a table, or plain text.</summary>
internal static class RowSource
{
    /// <summary>Longest line of a JSON lines file, UTF-16 characters.</summary>
    public const int MaxLine = 2 * 1024 * 1024;

    // Paragraphs are put together up to this many characters: about what a training sequence holds many times over, and little enough to look at.
    private const int TextCharacters = 4000;

    private static readonly JsonSerializerOptions Strict = new() { MaxDepth = 64, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The sheets of a table; null where the file is none. DatasetException file_unreadable.</summary>
    public static async Task<IReadOnlyList<TableSheet>?> TableAsync(string path, string name, CancellationToken cancellation)
    {
        if (Path.GetExtension(name).ToLowerInvariant() is not (".csv" or ".tsv" or ".xlsx"))
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

    /// <summary>The rows of a table below its heads.</summary>
    public static IEnumerable<SourceRow> OfTable(IReadOnlyList<TableSheet> sheets, ColumnMapping mapping)
    {
        foreach (var sheet in sheets)
            for (var at = 1; at < sheet.Rows.Count; at++)
                yield return Tried(at + 1, CsvLine.Of(sheet.Rows[at]), () => mapping.RowOf(sheet.Rows[at]));
    }

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
        for (var number = 1; ; number++)
        {
            SourceRow row;
            try
            {
                if (!await items.MoveNextAsync())
                    yield break;
                var item = items.Current;
                row = Tried(number, JsonSerializer.Serialize(item, Strict), () => RowReader.Read(item));
            }
            catch (JsonException error)
            {
                row = new(number, null, new RowException("not_json", "", $"From here on the file is not JSON: {error.Message.Split(" Path", 2)[0]}"), "");
            }
            yield return row;
            if (row.Fault?.Code == "not_json")
                yield break;
        }
    }

    private static async IAsyncEnumerable<SourceRow> ParagraphsAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        TextPieces pieces = new(TextCharacters);
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

        static SourceRow Whole((int Line, string Text) piece) => Tried(piece.Line, piece.Text, () => RowReader.Read(RowWriter.Write(TrainingRow.OfText(piece.Text))));
    }

    private static SourceRow TooLong(int number) => new(number, null, new RowException("too_long", "", $"The line is longer than {MaxLine:N0} characters."), "");

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
