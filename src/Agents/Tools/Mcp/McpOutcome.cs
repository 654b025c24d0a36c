using ModelContextProtocol.Protocol;

namespace Platform.Agents.Tools.Mcp;

/// <summary>What a call of a server's tool came to: its result, which may be that the tool failed, or why there is none. A call that is cancelled, or out of time, comes to neither: that is thrown.</summary>
/// <param name="Result">Written by a stranger: untrusted.</param>
/// <param name="Fault">A sentence for the model; null where there is a result.</param>
internal sealed record McpOutcome(CallToolResult? Result, ToolFailure? Failure = null, string? Fault = null)
{
    public static McpOutcome Not(ToolFailure failure, string fault) => new(null, failure, fault);
}
