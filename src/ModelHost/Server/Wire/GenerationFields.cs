using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>The fields of every request that generates, by OpenAI's names where it has one, else by llama.cpp's. Null and absent are the same. Their limits are the engine's.</summary>
internal abstract record GenerationFields
{
    public string? Model { get; init; }
    public bool? Stream { get; init; }
    public StreamOptions? StreamOptions { get; init; }
    public int? MaxTokens { get; init; }
    public int? N { get; init; }
    public long? Seed { get; init; }

    [JsonConverter(typeof(TextOrTextsConverter))]
    public TextOrTexts? Stop { get; init; }

    public float? Temperature { get; init; }
    public float? TopP { get; init; }
    public float? TopPDecay { get; init; }
    public float? TopPFloor { get; init; }
    public int? TopK { get; init; }
    public float? MinP { get; init; }
    public float? TypicalP { get; init; }
    public float? TopNSigma { get; init; }
    public int? Mirostat { get; init; }
    public float? MirostatTau { get; init; }
    public float? MirostatEta { get; init; }
    public float? XtcProbability { get; init; }
    public float? XtcThreshold { get; init; }
    public float? DryMultiplier { get; init; }
    public float? DryBase { get; init; }
    public int? DryAllowedLength { get; init; }
    public int? DryPenaltyLastN { get; init; }
    public IReadOnlyList<string>? DrySequenceBreakers { get; init; }
    public float? RepeatPenalty { get; init; }
    public int? RepeatLastN { get; init; }
    public float? PresencePenalty { get; init; }
    public float? FrequencyPenalty { get; init; }
    public int? NoRepeatNgramSize { get; init; }

    /// <summary>By token: {"5": -100} or [[5, -100]]; false in place of a number forbids.</summary>
    [JsonConverter(typeof(LogitBiasConverter))]
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }

    public bool? IgnoreEos { get; init; }
    public int? NumBeams { get; init; }
    public float? LengthPenalty { get; init; }

    /// <summary>GBNF.</summary>
    public string? Grammar { get; init; }

    public JsonElement? JsonSchema { get; init; }
    public VerbatimFields? Verbatim { get; init; }
    public IReadOnlyList<LoraChoice>? Lora { get; init; }

    /// <summary>True refuses adapters' versions that nobody let through as if they were not there.</summary>
    public bool? ReleasedOnly { get; init; }

    /// <summary>True: asked to measure by, which is nobody's use of an adapter.</summary>
    public bool? Measures { get; init; }

    /// <summary>off, prompt_lookup or draft.</summary>
    public string? Speculation { get; init; }

    /// <summary>The model that drafts; null takes the configured one.</summary>
    public string? DraftModel { get; init; }

    public bool? CachePrompt { get; init; }
    public int? IdSlot { get; init; }
    public bool? ReturnProgress { get; init; }

    /// <summary>Tells with every chunk of a stream what it took so far.</summary>
    public bool? TimingsPerToken { get; init; }

    public string? User { get; init; }
    public JsonElement? Metadata { get; init; } // accepted and without effect, as OpenAI says
    public bool? Store { get; init; } // likewise
}

internal sealed record StreamOptions(bool? IncludeUsage);

internal sealed record VerbatimFields(IReadOnlyList<string>? Passages, int? MinSpan, int? MaxSpans);

/// <param name="Id">The adapter's name, or its number in GET /lora-adapters.</param>
internal sealed record LoraChoice([property: JsonConverter(typeof(NumberOrTextConverter))] string? Id, float? Scale);
