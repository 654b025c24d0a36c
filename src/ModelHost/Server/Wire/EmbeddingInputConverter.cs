using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>A text, a list of texts, one list of tokens, or a list of lists of tokens.</summary>
internal sealed class EmbeddingInputConverter : JsonConverter<EmbeddingInput>
{
    public override EmbeddingInput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new EmbeddingInput([reader.GetString()!], null);
        }

        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read())
        {
            throw new JsonException();
        }

        return reader.TokenType switch
        {
            JsonTokenType.EndArray => new EmbeddingInput([], null),
            JsonTokenType.String => new EmbeddingInput(ReadRest(ref reader, ReadText), null),
            JsonTokenType.Number => new EmbeddingInput(null, [ReadRest(ref reader, ReadToken)]),
            JsonTokenType.StartArray => new EmbeddingInput(null, ReadRest(ref reader, ReadTokens)),
            _ => throw new JsonException(),
        };
    }

    public override void Write(Utf8JsonWriter writer, EmbeddingInput value, JsonSerializerOptions options) => throw new NotSupportedException("Requests are only read.");

    private delegate T ReadOne<out T>(ref Utf8JsonReader reader);

    /// <summary>Reads from the first item, which the reader stands on, to the end of the array.</summary>
    private static List<T> ReadRest<T>(ref Utf8JsonReader reader, ReadOne<T> readOne)
    {
        var items = new List<T>();
        while (reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(readOne(ref reader));
            reader.Read();
        }

        return items;
    }

    private static string ReadText(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException();

    private static int ReadToken(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var token) ? token : throw new JsonException();

    private static IReadOnlyList<int> ReadTokens(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.StartArray && reader.Read() ? ReadRest(ref reader, ReadToken) : throw new JsonException();
}
