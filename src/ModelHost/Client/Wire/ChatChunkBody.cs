namespace Platform.ModelHost.Client.Wire;

/// <summary>One event of a chat stream.</summary>
internal sealed record ChatChunkBody(
    string? Id, long? Created, string? Model, IReadOnlyList<ChatChoiceBody>? Choices, UsageBody? Usage, PromptProgressBody? PromptProgress, TimingsBody? Timings, ErrorDetailBody? Error)
{
    /// <summary>More than that it begins, or how far the prompt is read.</summary>
    internal bool TellsOfAnswer => Usage is not null || Choices?.Any(choice => choice.FinishReason is not null || choice.Delta is { Content.Length: > 0 } or { ReasoningContent.Length: > 0 } or { ToolCalls.Count: > 0 }) == true;
}

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
