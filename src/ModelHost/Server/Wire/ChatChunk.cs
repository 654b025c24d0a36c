using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>One event of a stream.</summary>
internal sealed record ChatChunk(string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<ChunkChoice> Choices)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChunkProgress? PromptProgress { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public UsageField Usage { get; init; }

    /// <summary>With the finish reason.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Timings? Timings { get; init; }

    /// <summary>With the finish reason: what ran beside the base model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AdapterUsed? Adapter { get; init; }

    /// <inheritdoc cref="ChatCompletion.Adapters"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AdapterUsed>? Adapters { get; init; }
}

/// <summary>The usage field: left out unless asked for, and then null in every event but the last.</summary>
[JsonConverter(typeof(UsageFieldConverter))]
internal readonly record struct UsageField(bool IsAsked, Usage? Value = null);

internal sealed class UsageFieldConverter : JsonConverter<UsageField>
{
    public override UsageField Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Answers are only written.");

    public override void Write(Utf8JsonWriter writer, UsageField value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.Value!, ServerJson.Wire.Usage);
}

internal sealed record ChunkChoice(int Index, ChunkDelta Delta, ChatLogprobs? Logprobs, string? FinishReason);

internal sealed record ChunkDelta
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReasoningContent { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ToolCallDelta>? ToolCalls { get; init; }
}

/// <summary>A piece of a call: id, type and name once an index, then fragments of the arguments.</summary>
internal sealed record ToolCallDelta(int Index, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Type, CallDelta Function);

internal sealed record CallDelta([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name, string Arguments);

internal sealed record ChunkProgress(int Total, int Cache, int Processed, long TimeMs);
