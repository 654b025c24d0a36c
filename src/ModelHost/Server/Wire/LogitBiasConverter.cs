using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>Biases by token: an object as OpenAI has it, or llama.cpp's list of pairs.</summary>
internal sealed class LogitBiasConverter : JsonConverter<IReadOnlyDictionary<int, float>>
{
    public override IReadOnlyDictionary<int, float> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var biases = new Dictionary<int, float>();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var token = int.TryParse(reader.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw new JsonException();
                reader.Read();
                biases[token] = ReadBias(ref reader);
            }

            return biases;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException();
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            reader.Read();
            var token = WholeNumbers.ReadInt(ref reader);
            reader.Read();
            biases[token] = ReadBias(ref reader);
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
            {
                throw new JsonException();
            }
        }

        return reader.TokenType == JsonTokenType.EndArray ? biases : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<int, float> value, JsonSerializerOptions options) => throw new NotSupportedException("Requests are only read.");

    private static float ReadBias(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.False => float.NegativeInfinity,
        JsonTokenType.Number => reader.GetSingle(),
        _ => throw new JsonException(),
    };
}
