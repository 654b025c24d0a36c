namespace Platform.ModelHost.Engine.Generation;

/// <summary>What happens to a request, in order: queued*, prompt progress*, text*, finished.</summary>
public abstract record GenerationEvent;

/// <summary>Waiting for a slot; 1 is next.</summary>
public sealed record GenerationQueued(int Position) : GenerationEvent;

/// <summary>Prompt tokens read so far.</summary>
public sealed record PromptProgress(int Processed, int Total, int Cached) : GenerationEvent;

/// <summary>New text: whole UTF-8 characters, never part of a stop text.</summary>
public sealed record GeneratedText(string Text) : GenerationEvent;

/// <summary>The end, with what it took.</summary>
public sealed record GenerationFinished(FinishReason Reason, GenerationUsage Usage) : GenerationEvent;

public enum FinishReason { EndOfText, StopText, MaxTokens, ContextFull }

/// <summary>Counts and times of one request.</summary>
public sealed record GenerationUsage(int PromptTokens, int CachedTokens, int CompletionTokens, TimeSpan Queued, TimeSpan Prompt, TimeSpan Generation, uint Seed);
