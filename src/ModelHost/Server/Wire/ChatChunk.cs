using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>One event of a chat stream.</summary>
internal sealed record ChatChunk(string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<ChunkChoice> Choices)
    : AnswerChunk(Id, Object, Created, Model, SystemFingerprint);

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
