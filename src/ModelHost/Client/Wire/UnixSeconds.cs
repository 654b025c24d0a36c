using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Client.Wire;

/// <summary>A moment as seconds since 1970.</summary>
internal sealed class UnixSeconds : JsonConverter<DateTimeOffset?>
{
    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.Null ? null : DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options) => throw new NotSupportedException("Answers are only read.");
}
