using System.Text.Json;

namespace Platform.ModelHost.Server.Wire;

/// <summary>The whole answer.</summary>
internal sealed record ChatCompletion(
    string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<ChatChoice> Choices, Usage? Usage, Timings? Timings);

internal sealed record ChatChoice(int Index, AssistantMessage Message, JsonElement? Logprobs, string FinishReason);

internal sealed record AssistantMessage(string Role, string Content, string? Refusal);

internal sealed record Usage(int PromptTokens, int CompletionTokens, int TotalTokens, PromptTokensDetails PromptTokensDetails, CompletionTokensDetails CompletionTokensDetails);

internal sealed record PromptTokensDetails(int CachedTokens);

internal sealed record CompletionTokensDetails(int ReasoningTokens);

/// <summary>Counts, milliseconds and rates as llama.cpp's server names them. queue_ms and seed are ours.</summary>
internal sealed record Timings(
    int CacheN, int PromptN, double PromptMs, double PromptPerSecond, int PredictedN, double PredictedMs, double PredictedPerSecond, double QueueMs, uint Seed);
