using System.Text.Json;
using Platform.ModelHost.Server.Wire.Messages;

namespace Platform.ModelHost.Server.Messages;

/// <summary>The refusal step of a Messages request: what it alone knows. The rest is checked as a chat request.</summary>
internal static class MessageCheck
{
    private static readonly string[] Choices = ["auto", "any", "tool", "none"];

    public static Problem? Refusal(MessageRequest request) => request switch
    {
        { ToolChoice: { } choice } when !Choices.Contains(choice.Type) => Problem.Invalid("tool_choice.type", $"'tool_choice.type' is '{choice.Type}'; it must be one of {string.Join(", ", Choices)}."),
        { ToolChoice: { Type: "tool", Name: null or "" } } => Problem.Invalid("tool_choice.name", "'tool_choice.name' is missing."),
        { Thinking: { Type: not ("enabled" or "adaptive" or "disabled") } thinking } => Problem.Invalid("thinking.type", $"'thinking.type' is '{thinking.Type}'; it must be enabled, adaptive or disabled."),
        { Thinking.BudgetTokens: < 1 } => Problem.Invalid("thinking.budget_tokens", $"'thinking.budget_tokens' is {request.Thinking.BudgetTokens}; it must be 1 or more."),
        { OutputConfig.Format: { Type: not "json_schema" } or { Schema: null } } => Problem.Invalid("output_config.format", "'output_config.format' must be {\"type\": \"json_schema\", \"schema\": …}."),
        { McpServers: { ValueKind: not JsonValueKind.Null } } => Problem.Unsupported("mcp_servers", "This service calls no tools itself. Offer them in 'tools' and send their results back."),
        { Container: { ValueKind: not JsonValueKind.Null } } => Problem.Unsupported("container", "This service runs no code. Leave 'container' out."),
        { N: not (null or 1) } => Problem.Unsupported("n", "A message has one answer. Send 'n' to /v1/chat/completions for several."),
        _ => ForeignTool(request.Tools ?? []) ?? (HasBegun(request) ? Begun(request, request.Messages!.Count - 1) : null),
    };

    /// <summary>The last turn is the assistant's: the answer goes on where it ends. One that calls a tool waits for the result.</summary>
    public static bool HasBegun(MessageRequest request) => request.Messages is [.., { Role: "assistant", Content: { } content }]
        && !(content.ValueKind == JsonValueKind.Array && content.EnumerateArray().Any(block => Type(block) is "tool_use"));

    /// <summary>What an answer that has begun cannot be, as Anthropic has it.</summary>
    private static Problem? Begun(MessageRequest request, int at) =>
        request.Thinking?.Type == "enabled" ? Problem.Invalid("thinking", "'thinking' does not go together with a last message of the assistant: that has begun to answer. Leave one of them out.")
        : request.OutputConfig?.Format is not null ? Problem.Invalid("output_config.format", "'output_config.format' does not go together with a last message of the assistant: a schema is for an answer from its first character on. Leave one of them out.")
        : Texts(request.Messages![at]!.Content!.Value) is { Length: > 0 } text && char.IsWhiteSpace(text[^1]) ? Problem.Invalid($"messages.[{at}].content", $"'messages.[{at}].content' ends with white space; an answer cannot go on behind that. Cut it off.")
        : null;

    /// <summary>The last text of a turn.</summary>
    private static string? Texts(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString(),
        JsonValueKind.Array => content.EnumerateArray().LastOrDefault() is { ValueKind: JsonValueKind.Object } block && block.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null,
        _ => null,
    };

    private static string? Type(JsonElement block) => block.ValueKind == JsonValueKind.Object && block.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    private static Problem? ForeignTool(IReadOnlyList<MessageTool?> tools)
    {
        for (var i = 0; i < tools.Count; i++)
        {
            if (tools[i]?.Type is not (null or "custom"))
            {
                return Problem.Unsupported($"tools.[{i}].type", $"A tool of type '{tools[i]!.Type}' is not supported; this service takes tools with an 'input_schema'.");
            }
        }

        return null;
    }
}
