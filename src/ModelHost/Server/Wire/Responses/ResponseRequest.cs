using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire.Responses;

/// <summary>A request of OpenAI's Responses API. The fields of <see cref="GenerationFields"/> are taken too.</summary>
internal sealed record ResponseRequest : GenerationFields
{
    /// <summary>A text, or items.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>Stands before everything, as a system message does.</summary>
    public string? Instructions { get; init; }

    public int? MaxOutputTokens { get; init; }
    public IReadOnlyList<ResponseTool>? Tools { get; init; }

    /// <summary>none, auto, required, or {"type":"function","name":…}.</summary>
    public JsonElement? ToolChoice { get; init; }

    public bool? ParallelToolCalls { get; init; }
    public ResponseText? Text { get; init; }
    public ResponseReasoning? Reasoning { get; init; }

    /// <summary>Of what can be added, only log-probabilities come up here.</summary>
    public IReadOnlyList<string>? Include { get; init; }

    public int? TopLogprobs { get; init; }

    /// <summary>Variables of the model's template.</summary>
    public IReadOnlyDictionary<string, JsonElement>? ChatTemplateKwargs { get; init; }

    // Known, and refused unless the value asks for what happens anyway: see ResponseCheck.
    public string? PreviousResponseId { get; init; }
    public JsonElement? Conversation { get; init; }
    public JsonElement? Prompt { get; init; }
    public bool? Background { get; init; }
    public string? Truncation { get; init; }
}

/// <summary>An item of the input, by its type: message, function_call, function_call_output or reasoning. Texts are untrusted.</summary>
internal sealed record InputItem
{
    public string? Type { get; init; }
    public string? Role { get; init; }

    [JsonConverter(typeof(MessageContentConverter))]
    public IReadOnlyList<ContentPart>? Content { get; init; }

    public string? CallId { get; init; }
    public string? Name { get; init; }
    public string? Arguments { get; init; }

    [JsonConverter(typeof(MessageContentConverter))]
    public IReadOnlyList<ContentPart>? Output { get; init; }

    [JsonConverter(typeof(MessageContentConverter))]
    public IReadOnlyList<ContentPart>? Summary { get; init; }
}

internal sealed record ResponseTool(string? Type, string? Name, string? Description, JsonElement? Parameters, bool? Strict);

internal sealed record ResponseText(ResponseFormat? Format, string? Verbosity);

internal sealed record ResponseFormat(string? Type, string? Name, string? Description, JsonElement? Schema, bool? Strict);

internal sealed record ResponseReasoning(string? Effort, string? Summary);
