using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>A chat completions request. Null and absent are the same; every field that clients know is here, so that a wrong type is a 400 and nothing known is ignored by accident.</summary>
internal sealed record ChatCompletionRequest
{
    public string? Model { get; init; }
    public IReadOnlyList<ChatMessage>? Messages { get; init; }
    public bool? Stream { get; init; }
    public StreamOptions? StreamOptions { get; init; }
    public int? MaxTokens { get; init; }
    public int? MaxCompletionTokens { get; init; }
    public float? Temperature { get; init; }
    public float? TopP { get; init; }
    public int? TopK { get; init; }
    public float? MinP { get; init; }
    public float? RepeatPenalty { get; init; }
    public int? RepeatLastN { get; init; }
    public float? PresencePenalty { get; init; }
    public float? FrequencyPenalty { get; init; }
    public long? Seed { get; init; }
    public int? N { get; init; }

    [JsonConverter(typeof(TextOrTextsConverter))]
    public TextOrTexts? Stop { get; init; }

    public bool? ReturnProgress { get; init; }

    // Accepted and without effect, as OpenAI says.
    public string? User { get; init; }
    public JsonElement? Metadata { get; init; }
    public bool? Store { get; init; }

    // Known, and refused unless the value asks for what happens anyway: see UnsupportedFields.
    public JsonElement? Tools { get; init; }
    public JsonElement? ToolChoice { get; init; }
    public bool? ParallelToolCalls { get; init; }
    public JsonElement? Functions { get; init; }
    public JsonElement? FunctionCall { get; init; }
    public JsonElement? ResponseFormat { get; init; }
    public bool? Logprobs { get; init; }
    public int? TopLogprobs { get; init; }
    public JsonElement? LogitBias { get; init; }
    public string? ReasoningEffort { get; init; }
    public JsonElement? Modalities { get; init; }
    public JsonElement? Audio { get; init; }
    public float? TypicalP { get; init; }
    public int? Mirostat { get; init; }
    public string? Grammar { get; init; }
    public JsonElement? JsonSchema { get; init; }
    public bool? CachePrompt { get; init; }
    public int? IdSlot { get; init; }
    public JsonElement? Lora { get; init; }
    public JsonElement? ChatTemplateKwargs { get; init; }
    public string? ReasoningFormat { get; init; }
    public bool? TimingsPerToken { get; init; }
    public bool? AddGenerationPrompt { get; init; }
    public bool? IgnoreEos { get; init; }
    public int? NProbs { get; init; }
}

internal sealed record StreamOptions(bool? IncludeUsage);

/// <summary>One message; its text is untrusted.</summary>
internal sealed record ChatMessage
{
    public string? Role { get; init; }

    /// <summary>Text, or the parts of a list; null where absent.</summary>
    [JsonConverter(typeof(MessageContentConverter))]
    public IReadOnlyList<ContentPart>? Content { get; init; }

    public string? Name { get; init; }
    public JsonElement? ToolCalls { get; init; }
    public string? ToolCallId { get; init; }
    public string? ReasoningContent { get; init; }
    public string? Refusal { get; init; }
}

internal sealed record ContentPart(string? Type, string? Text);
