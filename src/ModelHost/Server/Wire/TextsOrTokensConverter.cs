using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>A text, a list of texts, one list of tokens, or a list of lists of tokens.</summary>
internal sealed class TextsOrTokensConverter : JsonConverter<TextsOrTokens>
{
    public override TextsOrTokens Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new TextsOrTokens([reader.GetString()!], null);
        }

        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read())
        {
            throw new JsonException();
        }

        return reader.TokenType switch
        {
            JsonTokenType.EndArray => new TextsOrTokens([], null),
            JsonTokenType.String => new TextsOrTokens(ReadRest(ref reader, ReadText), null),
            JsonTokenType.Number => new TextsOrTokens(null, [ReadRest(ref reader, ReadToken)]),
            JsonTokenType.StartArray => new TextsOrTokens(null, ReadRest(ref reader, ReadTokens)),
            _ => throw new JsonException(),
        };
    }

    public override void Write(Utf8JsonWriter writer, TextsOrTokens value, JsonSerializerOptions options) => throw new NotSupportedException("Requests are only read.");

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

    private static int ReadToken(ref Utf8JsonReader reader) => WholeNumbers.ReadInt(ref reader);

    private static IReadOnlyList<int> ReadTokens(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.StartArray && reader.Read() ? ReadRest(ref reader, ReadToken) : throw new JsonException();
}

/// <summary>Texts or token lists, one of the two.</summary>
internal sealed record TextsOrTokens(IReadOnlyList<string>? Texts, IReadOnlyList<IReadOnlyList<int>>? Tokens)
{
    public int Count => Texts?.Count ?? Tokens!.Count;
}
