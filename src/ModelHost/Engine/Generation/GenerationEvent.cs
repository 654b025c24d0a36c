using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>What happens to a request, in order: begun, queued*, prompt progress* with the prompt's tokens where they are told, then text* and finished of each candidate, the candidates' events mixed.</summary>
public abstract record GenerationEvent
{
    /// <summary>Index of the answer that it belongs to; 0 for what happens to the request as a whole.</summary>
    public int Candidate { get; init; }
}

/// <summary>The request is taken; the first event.</summary>
/// <param name="Ran">What answers it: the adapters are held, so it stays so to the end.</param>
public sealed record GenerationBegun(ModelRun Ran) : GenerationEvent;

/// <summary>Waiting for a slot; 1 is next. Told when it falls: newcomers with fewer answers running may be let past, and the number then stays.</summary>
public sealed record GenerationQueued(int Position) : GenerationEvent;

/// <summary>Prompt tokens read so far.</summary>
public sealed record PromptProgress(int Processed, int Total, int Cached) : GenerationEvent;

/// <summary>New text: whole UTF-8 characters, never part of a stop text. With log-probabilities asked for it may be empty: a token can be a part of a character.</summary>
public sealed record GeneratedText(string Text) : GenerationEvent
{
    /// <summary>The tokens that came since the last event, when asked for. A held back stop text can make them run ahead of the text.</summary>
    public IReadOnlyList<TokenLogProbability> Tokens { get; init; } = [];

    /// <summary>What the candidate took so far; null unless the request <see cref="GenerationRequest.TellsUsage"/>.</summary>
    public GenerationUsage? SoFar { get; init; }
}

/// <summary>A generated token with the likeliest in its place, before penalties, masks and temperature.</summary>
/// <param name="Bytes">The token's bytes; part of a character, it may be no text by itself.</param>
/// <param name="LogProbability">Natural logarithm; at most 0.</param>
public sealed record TokenLogProbability(int Token, byte[] Bytes, float LogProbability, IReadOnlyList<TokenLogProbability> Top)
{
    /// <summary>True of a token of the prompt. Its first has no log-probability: NaN, and no likeliest.</summary>
    public bool IsPrompt { get; init; }
}

/// <summary>The end of a candidate, with what it took. Every candidate has one; the last event of a request is one.</summary>
public sealed record GenerationFinished(FinishReason Reason, GenerationUsage Usage) : GenerationEvent
{
    /// <summary>What ran: the model, and its adapters as they were at the start of the answer.</summary>
    public required ModelRun Ran { get; init; }

    /// <summary>The stop text that ended it, for <see cref="FinishReason.StopText"/>.</summary>
    public string? StopText { get; init; }

    /// <summary>Of beam search: the sum of log-probabilities over length to the length penalty.</summary>
    public double? Score { get; init; }
}

public enum FinishReason { EndOfText, StopText, MaxTokens, ContextFull }

/// <summary>Counts and times of one candidate. All candidates of a request have the same prompt: count it once.</summary>
public sealed record GenerationUsage(int PromptTokens, int CachedTokens, int CompletionTokens, TimeSpan Queued, TimeSpan Prompt, TimeSpan Generation, uint Seed)
{
    /// <summary>Tokens guessed ahead, and those of them that were right.</summary>
    public int DraftedTokens { get; init; }

    /// <inheritdoc cref="DraftedTokens"/>
    public int AcceptedTokens { get; init; }
}
