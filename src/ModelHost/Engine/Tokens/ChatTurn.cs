namespace Platform.ModelHost.Engine.Tokens;

/// <summary>One message of a conversation. Everything but the role is untrusted text.</summary>
/// <param name="Role">system, developer (the same as system), user, assistant or tool.</param>
/// <param name="Content">The text; empty where a message only calls.</param>
public sealed record ChatTurn(string Role, string Content)
{
    /// <summary>Who speaks; of a tool's message, the tool.</summary>
    public string? Name { get; init; }

    /// <summary>Of a tool's message: the call it answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Of an assistant's message: what it thought before it answered.</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>Of an assistant's message: what it called.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];
}

/// <summary>A call of a tool, as a model wrote it. Untrusted.</summary>
/// <param name="Arguments">JSON text; may be broken.</param>
public sealed record ToolCall(string Id, string Name, string Arguments);
