using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>A chat completions request. Every field that clients know is here, so that a wrong type is a 400 and nothing known is ignored by accident.</summary>
internal sealed record ChatCompletionRequest : GenerationFields
{
    public ChatCompletionRequest()
    {
    }

    /// <summary>The fields that every API here shares.</summary>
    public ChatCompletionRequest(GenerationFields fields) : base(fields)
    {
    }

    /// <summary>What its fields were called where it was made of another API's request; ours first.</summary>
    [JsonIgnore]
    public IReadOnlyList<(string Ours, string? Sent)> Renamed { get; init; } = [];

    /// <summary>What the caller called the fields that the engine calls otherwise.</summary>
    [JsonIgnore]
    public IEnumerable<(string Ours, string? Sent)> Sent =>
    [
        .. Renamed,
        ("max_tokens", MaxCompletionTokens is null ? null : "max_completion_tokens"),
        ("top_logprobs", Logprobs == true || TopLogprobs is not null ? null : "n_probs"), ("logprobs", Logprobs == true ? null : "n_probs"),
        ("lora", Lora is null ? "model" : null),
    ];

    /// <summary>The last message is an answer that has begun: what follows it is asked for.</summary>
    [JsonIgnore]
    public bool ContinuesLast { get; init; }

    public IReadOnlyList<ChatMessage>? Messages { get; init; }
    public int? MaxCompletionTokens { get; init; }
    public IReadOnlyList<ToolFields>? Tools { get; init; }

    /// <summary>none, auto, required, or {"type":"function","function":{"name":…}}.</summary>
    public JsonElement? ToolChoice { get; init; }

    public bool? ParallelToolCalls { get; init; }
    public ResponseFormatFields? ResponseFormat { get; init; }
    public bool? Logprobs { get; init; }
    public int? TopLogprobs { get; init; }
    public int? NProbs { get; init; }

    /// <summary>none, minimal, low, medium or high: told to the model's template, which may know it.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>Tokens that the model may think before it answers; -1 for as many as it likes.</summary>
    public int? ReasoningBudget { get; init; }

    /// <summary>Variables of the model's template.</summary>
    public IReadOnlyDictionary<string, JsonElement>? ChatTemplateKwargs { get; init; }

    public bool? AddGenerationPrompt { get; init; }

    /// <summary>auto or deepseek tell what is thought apart; none leaves it in the text as the model writes it.</summary>
    public string? ReasoningFormat { get; init; }

    // Known, and refused unless the value asks for what happens anyway: see UnsupportedFields.
    public JsonElement? Functions { get; init; }
    public JsonElement? FunctionCall { get; init; }
    public JsonElement? Modalities { get; init; }
    public JsonElement? Audio { get; init; }
}

/// <summary>One message; its text is untrusted.</summary>
internal sealed record ChatMessage
{
    public string? Role { get; init; }

    /// <summary>Text, or the parts of a list; null where absent.</summary>
    [JsonConverter(typeof(MessageContentConverter))]
    public IReadOnlyList<ContentPart>? Content { get; init; }

    public string? Name { get; init; }
    public IReadOnlyList<ToolCallFields>? ToolCalls { get; init; }
    public string? ToolCallId { get; init; }
    public string? ReasoningContent { get; init; }
    public string? Refusal { get; init; }
}

internal sealed record ContentPart(string? Type, string? Text);

/// <param name="Schema">Of a json_object, as llama-server takes it.</param>
internal sealed record ResponseFormatFields(string? Type, JsonSchemaFields? JsonSchema, JsonElement? Schema = null);

internal sealed record JsonSchemaFields(string? Name, string? Description, bool? Strict, JsonElement? Schema);

internal sealed record ToolFields(string? Type, FunctionFields? Function);

internal sealed record FunctionFields(string? Name, string? Description, JsonElement? Parameters, bool? Strict);

/// <summary>A call that an assistant message made earlier, or an answer makes.</summary>
internal sealed record ToolCallFields(string? Id, string? Type, CalledFunction? Function);

/// <param name="Arguments">JSON as a text; of earlier messages, whatever the caller sends back.</param>
internal sealed record CalledFunction(string? Name, string? Arguments);
