using System.Text.Json;

namespace Platform.ModelHost.Server.Wire.Messages;

/// <summary>A request of Anthropic's Messages API. The fields of <see cref="GenerationFields"/> are taken too.</summary>
internal sealed record MessageRequest : GenerationFields
{
    /// <summary>Each of the user or the assistant; its content is a text, or blocks.</summary>
    public IReadOnlyList<MessageTurn?>? Messages { get; init; }

    /// <summary>A text, or blocks of text.</summary>
    public JsonElement? System { get; init; }

    public IReadOnlyList<string>? StopSequences { get; init; }
    public IReadOnlyList<MessageTool?>? Tools { get; init; }
    public MessageToolChoice? ToolChoice { get; init; }
    public MessageThinking? Thinking { get; init; }
    public MessageOutput? OutputConfig { get; init; }

    /// <summary>Variables of the model's template.</summary>
    public IReadOnlyDictionary<string, JsonElement>? ChatTemplateKwargs { get; init; }

    // Known, and refused: see MessageCheck.
    public JsonElement? McpServers { get; init; }
    public JsonElement? Container { get; init; }
}

internal sealed record MessageTurn(string? Role, JsonElement? Content);

/// <summary>A block, by its type: text, tool_use, tool_result, thinking or redacted_thinking. Texts are untrusted.</summary>
internal sealed record MessageBlock
{
    public string? Type { get; init; }
    public string? Text { get; init; }
    public string? Thinking { get; init; }
    public string? Id { get; init; }
    public string? Name { get; init; }
    public JsonElement? Input { get; init; }
    public string? ToolUseId { get; init; }

    /// <summary>Of a result: a text, or blocks of text.</summary>
    public JsonElement? Content { get; init; }

    public bool? IsError { get; init; }
}

internal sealed record MessageTool(string? Type, string? Name, string? Description, JsonElement? InputSchema);

/// <param name="Type">auto, any, tool or none.</param>
internal sealed record MessageToolChoice(string? Type, string? Name, bool? DisableParallelToolUse);

/// <param name="Type">enabled, adaptive or disabled.</param>
internal sealed record MessageThinking(string? Type, int? BudgetTokens);

/// <param name="Effort">As reasoning_effort.</param>
internal sealed record MessageOutput(string? Effort, MessageFormat? Format);

internal sealed record MessageFormat(string? Type, JsonElement? Schema);
