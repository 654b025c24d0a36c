using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

internal sealed record RerankRequest
{
    public string? Model { get; init; }
    public string? Query { get; init; }
    public IReadOnlyList<RerankDocument?>? Documents { get; init; }

    /// <summary>How many of the best to tell; null tells all.</summary>
    public int? TopN { get; init; }

    public bool? ReturnDocuments { get; init; }

    /// <summary>Cut texts that are too long instead of refusing them.</summary>
    public bool? Truncate { get; init; }
}

/// <summary>A text, or {"text": …}.</summary>
[JsonConverter(typeof(RerankDocumentConverter))]
internal sealed record RerankDocument(string Text);

internal sealed class RerankDocumentConverter : JsonConverter<RerankDocument>
{
    public override RerankDocument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new RerankDocument(reader.GetString()!);
        }

        using var document = reader.TokenType == JsonTokenType.StartObject ? JsonDocument.ParseValue(ref reader) : throw new JsonException();
        return document.RootElement.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String ? new RerankDocument(text.GetString()!) : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, RerankDocument value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("text", value.Text);
        writer.WriteEndObject();
    }
}

/// <param name="Results">Best first.</param>
internal sealed record RerankBody(string Id, string Object, string Model, IReadOnlyList<RerankResult> Results, EmbeddingUsage Usage);

/// <param name="Index">Of the document in the request.</param>
internal sealed record RerankResult(int Index, float RelevanceScore)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RerankDocument? Document { get; init; }
}
