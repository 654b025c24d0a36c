using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire.Messages;

/// <summary>An answer of the Messages API.</summary>
internal sealed record MessageBody(string Id, string Model, IReadOnlyList<OutputBlock> Content)
{
    public string Type { get; } = "message";
    public string Role { get; } = "assistant";

    /// <summary>end_turn, max_tokens, tool_use or stop_sequence; null while it is written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? StopReason { get; init; }

    /// <summary>The text that ended it, for stop_sequence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? StopSequence { get; init; }

    public required MessageUsage Usage { get; init; }

    /// <summary>What ran beside the base model.</summary>
    public AdapterUsed? Adapter { get; init; }

    /// <inheritdoc cref="ChatCompletion.Adapters"/>
    public IReadOnlyList<AdapterUsed>? Adapters { get; init; }
}

/// <param name="InputTokens">Of the prompt, those that were read anew; what was read before is <paramref name="CacheReadInputTokens"/>.</param>
internal sealed record MessageUsage(int InputTokens, int CacheReadInputTokens, int OutputTokens)
{
    public int CacheCreationInputTokens { get; }
}

/// <summary>A block of the answer: text, thinking or tool_use.</summary>
internal sealed record OutputBlock(string Type)
{
    public string? Text { get; init; }
    public string? Thinking { get; init; }

    /// <summary>Always empty: thinking is taken back without a proof.</summary>
    public string? Signature { get; init; }

    public string? Id { get; init; }
    public string? Name { get; init; }
    public JsonElement? Input { get; init; }
}

/// <summary>An event of the stream; which fields it has depends on its type.</summary>
internal sealed record MessageEvent(string Type)
{
    public MessageBody? Message { get; init; }
    public int? Index { get; init; }
    public OutputBlock? ContentBlock { get; init; }
    public BlockDelta? Delta { get; init; }
}

/// <summary>What is new in a block, by its type: text_delta, thinking_delta or input_json_delta.</summary>
internal sealed record BlockDelta(string Type)
{
    public string? Text { get; init; }
    public string? Thinking { get; init; }
    public string? PartialJson { get; init; }
}

/// <summary>The event that tells why the message ends, and what it took.</summary>
internal sealed record MessageEnd(MessageEndDelta Delta, MessageUsage Usage)
{
    public string Type { get; } = "message_delta";

    /// <summary>What ran beside the base model.</summary>
    public AdapterUsed? Adapter { get; init; }

    /// <inheritdoc cref="ChatCompletion.Adapters"/>
    public IReadOnlyList<AdapterUsed>? Adapters { get; init; }
}

internal sealed record MessageEndDelta(string StopReason, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? StopSequence);

internal sealed record MessageTokens(int InputTokens);

/// <summary>A refusal in Anthropic's shape.</summary>
internal sealed record MessageError(string Type, MessageErrorDetail Error, string RequestId);

internal sealed record MessageErrorDetail(string Type, string Message);
