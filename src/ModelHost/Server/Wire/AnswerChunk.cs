using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>One event of a stream of OpenAI's older endpoints: what chat chunks and completions have in common.</summary>
internal abstract record AnswerChunk(
    [property: JsonPropertyOrder(-1)] string Id, [property: JsonPropertyOrder(-1)] string Object, [property: JsonPropertyOrder(-1)] long Created, [property: JsonPropertyOrder(-1)] string Model,
    [property: JsonPropertyOrder(-1)] string SystemFingerprint)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChunkProgress? PromptProgress { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public UsageField Usage { get; init; }

    /// <summary>With the finish reason; earlier where it was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Timings? Timings { get; init; }

    /// <summary>With the finish reason: what ran beside the base model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AdapterUsed? Adapter { get; init; }

    /// <summary>In place of <see cref="Adapter"/> where there were several.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AdapterUsed>? Adapters { get; init; }
}

internal sealed record ChunkProgress(int Total, int Cache, int Processed, long TimeMs);

/// <summary>The usage field: left out unless asked for, and then null in every event but the last.</summary>
[JsonConverter(typeof(UsageFieldConverter))]
internal readonly record struct UsageField(bool IsAsked, Usage? Value = null);

internal sealed class UsageFieldConverter : JsonConverter<UsageField>
{
    public override UsageField Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Answers are only written.");

    public override void Write(Utf8JsonWriter writer, UsageField value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.Value!, ServerJson.Wire.Usage);
}
