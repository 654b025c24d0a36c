using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>Reads whole numbers however they are written: JSON knows one kind of number, and programs whose language has no other write 2 as 2.0 or 2e0.</summary>
internal static class WholeNumbers
{
    /// <summary>For every field that is a whole number.</summary>
    public static IReadOnlyList<JsonConverter> Converters { get; } = [new OfInt(), new OfLong()];

    /// <exception cref="JsonException">It is no number, is not whole, or is out of range.</exception>
    public static int ReadInt(ref Utf8JsonReader reader) => ReadLong(ref reader) is >= int.MinValue and <= int.MaxValue and var number ? (int)number : throw new JsonException();

    private static long ReadLong(ref Utf8JsonReader reader) =>
        reader.TokenType != JsonTokenType.Number ? throw new JsonException()
        : reader.TryGetInt64(out var whole) ? whole
        : reader.TryGetDecimal(out var number) && decimal.Truncate(number) == number && number is >= long.MinValue and <= long.MaxValue ? (long)number
        : throw new JsonException();

    private sealed class OfInt : JsonConverter<int>
    {
        public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadInt(ref reader);

        public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
    }

    private sealed class OfLong : JsonConverter<long>
    {
        public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadLong(ref reader);

        public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
    }
}
