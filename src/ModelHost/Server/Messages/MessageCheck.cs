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
        _ => ForeignTool(request.Tools ?? []),
    };

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
