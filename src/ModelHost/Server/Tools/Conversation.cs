using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Tools;

/// <summary>Messages as the engine takes them.</summary>
internal static class Conversation
{
    public static IReadOnlyList<ChatTurn> Of(IReadOnlyList<ChatMessage> messages)
    {
        var names = messages.SelectMany(message => message.ToolCalls ?? []).ToDictionary(call => call.Id!, call => call.Function!.Name!, StringComparer.Ordinal);
        return [.. messages.Select(message => new ChatTurn(message.Role!, string.Join('\n', (message.Content ?? []).Select(part => part.Text)))
        {
            Name = message.Name ?? (message.ToolCallId is { } id ? names.GetValueOrDefault(id) : null),
            ToolCallId = message.ToolCallId,
            ReasoningContent = message.ReasoningContent,
            ToolCalls = [.. (message.ToolCalls ?? []).Select(call => new ToolCall(call.Id!, call.Function!.Name!, call.Function.Arguments ?? "{}"))],
        })];
    }
}
