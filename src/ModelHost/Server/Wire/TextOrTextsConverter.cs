using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>A text, or a list of texts.</summary>
internal sealed class TextOrTextsConverter : JsonConverter<TextOrTexts>
{
    public override TextOrTexts Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new TextOrTexts([reader.GetString()!], IsList: false);
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException();
        }

        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            texts.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException());
        }

        return new TextOrTexts(texts, IsList: true);
    }

    public override void Write(Utf8JsonWriter writer, TextOrTexts value, JsonSerializerOptions options) => throw new NotSupportedException("Requests are only read.");
}
