using System.Text;
using System.Text.Json;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading;

/// <summary>Reads JSON and JSON Lines as lines "path: value". A small object inside an array is one line, so that a record stays together.</summary>
internal sealed class JsonReader : IDocumentReader
{
    private const int FieldsOfRecord = 24;

    public string MediaType => "application/json";

    public async Task<ParsedDocument> ReadAsync(string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(await TextFile.ReadAsync(path, cancellation));
        var document = new DocumentText();
        try
        {
            Read(bytes, document, cancellation);
        }
        catch (InvalidOperationException error)
        {
            // The parser checks \u escapes only when a string is read.
            throw new IngestException(IngestError.Corrupt, "The JSON holds an escape that is half a character (a lone surrogate). Correct the file and upload it again.", error);
        }
        catch (JsonException error)
        {
            throw new IngestException(IngestError.Corrupt, $"The JSON cannot be read at line {error.LineNumber + 1:N0}, byte {error.BytePositionInLine:N0}: it is broken there, or nested deeper than {ReaderLimits.Depth} levels. Correct the file and upload it again.", error);
        }
        return document.Build(MediaType, null);
    }

    private static void Read(byte[] bytes, DocumentText document, CancellationToken cancellation)
    {
        var options = new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = ReaderLimits.Depth, AllowMultipleValues = true };
        var reader = new Utf8JsonReader(bytes, options);
        var values = 0;
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            using var value = JsonDocument.ParseValue(ref reader);
            var isRecord = values++ > 0 || HasMore(reader);
            if (!isRecord || !Record(value.RootElement, "", document)) Write(value.RootElement, "", document, cancellation);
        }
    }

    private static bool HasMore(Utf8JsonReader reader)
    {
        var copy = reader;
        return copy.Read();
    }

    private static void Write(JsonElement value, string path, DocumentText document, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject()) Write(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", document, cancellation);
                break;
            case JsonValueKind.Array:
                var place = 0;
                foreach (var item in value.EnumerateArray())
                {
                    cancellation.ThrowIfCancellationRequested();
                    var itemPath = $"{path}[{++place}]";
                    if (!Record(item, itemPath, document)) Write(item, itemPath, document, cancellation);
                }
                break;
            default:
                var text = Text(value);
                if (text.Length > 0) document.Add(BlockKind.ListItem, 1, path.Length == 0 ? text : $"{path}: {text}");
                break;
        }
    }

    private static bool Record(JsonElement value, string path, DocumentText document)
    {
        if (value.ValueKind != JsonValueKind.Object) return false;
        var fields = value.EnumerateObject().Take(FieldsOfRecord + 1).ToList();
        if (fields.Count is 0 or > FieldsOfRecord || fields.Exists(field => field.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)) return false;
        var line = string.Join("; ", fields.Select(field => (field.Name, Text: Text(field.Value))).Where(field => field.Text.Length > 0).Select(field => $"{field.Name}: {field.Text}"));
        document.Add(BlockKind.ListItem, 1, path.Length == 0 ? line : $"{path} {line}");
        return true;
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };
}
