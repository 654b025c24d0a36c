namespace Platform.ModelHost.Client.Wire;

/// <summary>One event of a chat stream.</summary>
internal sealed record ChatChunkBody(
    string? Id, long? Created, string? Model, IReadOnlyList<ChatChoiceBody>? Choices, UsageBody? Usage, PromptProgressBody? PromptProgress, TimingsBody? Timings, ErrorDetailBody? Error);

internal sealed record ChatChoiceBody(int Index, DeltaBody? Delta, string? FinishReason);

internal sealed record DeltaBody(string? Content, string? ReasoningContent, IReadOnlyList<ToolCallBody>? ToolCalls);

/// <summary>A piece of a call.</summary>
internal sealed record ToolCallBody(int Index, string? Id, CalledFunctionBody? Function);

internal sealed record CalledFunctionBody(string? Name, string? Arguments);

internal sealed record PromptProgressBody(int Total, int Cache, int Processed);

internal sealed record TimingsBody(double PromptMs, double PromptPerSecond, double PredictedMs, double PredictedPerSecond);

internal sealed record UsageBody(long PromptTokens, long CompletionTokens, long TotalTokens, PromptDetailsBody? PromptTokensDetails, CompletionDetailsBody? CompletionTokensDetails);

internal sealed record PromptDetailsBody(long? CachedTokens);

internal sealed record CompletionDetailsBody(long? ReasoningTokens);
