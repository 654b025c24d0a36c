using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>A completions request: raw text or tokens to go on with.</summary>
internal sealed record CompletionRequest : GenerationFields
{
    [JsonConverter(typeof(TextsOrTokensConverter))]
    public TextsOrTokens? Prompt { get; init; }

    public string? Suffix { get; init; }
    public bool? Echo { get; init; }
    public int? BestOf { get; init; }

    /// <summary>How many likeliest tokens to tell at each place.</summary>
    public int? Logprobs { get; init; }

    public int? NProbs { get; init; }
}

/// <summary>A whole completion, or one event of its stream.</summary>
internal sealed record Completion(string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<CompletionChoice> Choices)
    : AnswerChunk(Id, Object, Created, Model, SystemFingerprint);

internal sealed record CompletionChoice(int Index, string Text, CompletionLogprobs? Logprobs, string? FinishReason);
