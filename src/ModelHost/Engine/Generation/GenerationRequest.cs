using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>One request to generate: messages (rendered by the model's template) or a raw prompt.</summary>
public sealed record GenerationRequest
{
    public required string ModelId { get; init; }

    /// <summary>The conversation; null when <see cref="Prompt"/> is given.</summary>
    public IReadOnlyList<ChatTurn>? Messages { get; init; }

    /// <summary>Raw text to continue; null when <see cref="Messages"/> is given.</summary>
    public string? Prompt { get; init; }

    /// <summary>Most tokens to generate; null generates up to the end of the context.</summary>
    public int? MaxTokens { get; init; }

    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Texts that end the answer; never part of it. At most 16 of at most 256 characters.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];
}

/// <summary>How the next token is picked. Defaults are llama.cpp's server's.</summary>
public sealed record SamplingOptions
{
    /// <summary>0 is greedy; 0 to 2.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>0 switches it off.</summary>
    public int TopK { get; init; } = 40;

    public float TopP { get; init; } = 0.95f;

    public float MinP { get; init; } = 0.05f;

    /// <summary>1 switches it off.</summary>
    public float RepeatPenalty { get; init; } = 1f;

    public float PresencePenalty { get; init; }

    public float FrequencyPenalty { get; init; }

    /// <summary>Tokens that the penalties look back on.</summary>
    public int PenaltyWindow { get; init; } = 64;

    /// <summary>Null draws one; the one used is reported.</summary>
    public uint? Seed { get; init; }
}
