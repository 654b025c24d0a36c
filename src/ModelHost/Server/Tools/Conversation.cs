using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Tools;

/// <summary>Messages as the engine takes them.</summary>
internal static class Conversation
{
    public static IReadOnlyList<ChatTurn> Of(IReadOnlyList<ChatMessage> messages)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal); // by id, which many engines use again in each turn: a result is of the last call before it
        var turns = new List<ChatTurn>(messages.Count);
        foreach (var message in messages)
        {
            foreach (var call in message.ToolCalls ?? []) { names[call.Id!] = call.Function!.Name!; }
            turns.Add(new ChatTurn(message.Role!, string.Join('\n', (message.Content ?? []).Select(part => part.Text)))
            {
                Name = message.Name ?? (message.ToolCallId is { } id ? names.GetValueOrDefault(id) : null),
                ToolCallId = message.ToolCallId,
                ReasoningContent = message.ReasoningContent,
                ToolCalls = [.. (message.ToolCalls ?? []).Select(call => new ToolCall(call.Id!, call.Function!.Name!, call.Function.Arguments ?? "{}"))],
            });
        }
        return turns;
    }
}
