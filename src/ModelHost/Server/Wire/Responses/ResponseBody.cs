using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire.Responses;

/// <summary>An answer of the Responses API, whole or on its way.</summary>
internal sealed record ResponseBody
{
    public required string Id { get; init; }
    public string Object { get; } = "response";
    public required long CreatedAt { get; init; }

    /// <summary>in_progress, completed, incomplete or failed.</summary>
    public required string Status { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ResponseError? Error { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IncompleteDetails? IncompleteDetails { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Instructions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? MaxOutputTokens { get; init; }

    public required string Model { get; init; }
    public required IReadOnlyList<OutputItem> Output { get; init; }
    public bool ParallelToolCalls { get; init; }

    /// <summary>Nothing is kept, so an answer never follows another by its id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? PreviousResponseId { get; }

    public ResponseReasoning Reasoning { get; init; } = new(null, null);

    /// <summary>False whatever was asked for: nothing is kept.</summary>
    public bool Store { get; }

    public float Temperature { get; init; }
    public float TopP { get; init; }
    public required ResponseText Text { get; init; }
    public JsonElement ToolChoice { get; init; }
    public IReadOnlyList<ResponseTool> Tools { get; init; } = [];
    public string Truncation { get; } = "disabled";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ResponseUsage? Usage { get; init; }

    public string? User { get; init; }
    public JsonElement? Metadata { get; init; }

    /// <summary>With the end: counts, times and what ran, as chat completions tell them.</summary>
    public Timings? Timings { get; init; }

    public AdapterUsed? Adapter { get; init; }
    public IReadOnlyList<AdapterUsed>? Adapters { get; init; }
}

internal sealed record ResponseError(string Code, string Message);

internal sealed record IncompleteDetails(string Reason);

internal sealed record ResponseUsage(int InputTokens, InputTokensDetails InputTokensDetails, int OutputTokens, OutputTokensDetails OutputTokensDetails, int TotalTokens);

internal sealed record InputTokensDetails(int CachedTokens);

internal sealed record OutputTokensDetails(int ReasoningTokens);

/// <summary>An item of the answer; which fields it has depends on its type: message, function_call or reasoning.</summary>
internal sealed record OutputItem(string Id, string Type, string Status)
{
    public string? Role { get; init; }
    public IReadOnlyList<OutputPart>? Content { get; init; }
    public IReadOnlyList<OutputPart>? Summary { get; init; }
    public string? CallId { get; init; }
    public string? Name { get; init; }
    public string? Arguments { get; init; }
}

/// <summary>A part of an item: output_text or reasoning_text.</summary>
internal sealed record OutputPart(string Type, string Text)
{
    public IReadOnlyList<string>? Annotations { get; init; }
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }
}

/// <summary>An event of the stream; which fields it has depends on its type.</summary>
internal sealed record ResponseEvent(string Type, int SequenceNumber)
{
    public ResponseBody? Response { get; init; }
    public int? OutputIndex { get; init; }
    public string? ItemId { get; init; }
    public int? ContentIndex { get; init; }
    public OutputItem? Item { get; init; }
    public OutputPart? Part { get; init; }
    public string? Delta { get; init; }
    public string? Text { get; init; }
    public string? Name { get; init; }
    public string? Arguments { get; init; }
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }
}

/// <summary>What a request would cost to read.</summary>
internal sealed record ResponseInputTokens(string Object, int InputTokens);
