using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>The whole answer.</summary>
internal sealed record ChatCompletion(
    string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<ChatChoice> Choices, Usage? Usage, Timings? Timings)
{
    /// <summary>What ran beside the base model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AdapterUsed? Adapter { get; init; }

    /// <summary>In place of <see cref="Adapter"/> where there were several.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AdapterUsed>? Adapters { get; init; }
}

internal sealed record ChatChoice(int Index, AssistantMessage Message, ChatLogprobs? Logprobs, string FinishReason);

/// <param name="Content">Null when only tools are called.</param>
internal sealed record AssistantMessage(string Role, string? Content, string? Refusal)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReasoningContent { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ToolCallFields>? ToolCalls { get; init; }

    public IReadOnlyList<string> Annotations { get; init; } = [];
}

internal sealed record AdapterUsed(string Name, int Version, float Scale);

internal sealed record Usage(int PromptTokens, int CompletionTokens, int TotalTokens, PromptTokensDetails PromptTokensDetails, CompletionTokensDetails CompletionTokensDetails);

internal sealed record PromptTokensDetails(int CachedTokens);

/// <param name="AcceptedPredictionTokens">Tokens that were guessed ahead and right.</param>
/// <param name="RejectedPredictionTokens">Those that were wrong; they are no part of the answer.</param>
internal sealed record CompletionTokensDetails(int ReasoningTokens, int AcceptedPredictionTokens, int RejectedPredictionTokens);

/// <summary>Counts, milliseconds and rates as llama.cpp's server names them. queue_ms and seed are ours.</summary>
internal sealed record Timings(
    int CacheN, int PromptN, double PromptMs, double PromptPerSecond, int PredictedN, double PredictedMs, double PredictedPerSecond, double QueueMs, uint Seed)
{
    /// <summary>Tokens guessed ahead, and those that were right; absent where none were guessed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? DraftN { get; init; }

    /// <inheritdoc cref="DraftN"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? DraftNAccepted { get; init; }
}
