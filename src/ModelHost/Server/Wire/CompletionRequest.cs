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
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public UsageField Usage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Timings? Timings { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AdapterUsed? Adapter { get; init; }

    /// <inheritdoc cref="ChatCompletion.Adapters"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AdapterUsed>? Adapters { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChunkProgress? PromptProgress { get; init; }
}

internal sealed record CompletionChoice(int Index, string Text, CompletionLogprobs? Logprobs, string? FinishReason);
