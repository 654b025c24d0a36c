using ModelContextProtocol.Protocol;

namespace Platform.Agents.Tools.Mcp;

/// <summary>What a call of a server's tool came to: its result, which may be that the tool failed, or why there is none. A call that is cancelled, or out of time, comes to neither: that is thrown.</summary>
/// <param name="Result">Written by a stranger: untrusted.</param>
/// <param name="Fault">A sentence for the model, in its language; null where there is a result.</param>
/// <param name="Unsent">The call never went out, so that nothing came of it.</param>
internal sealed record McpOutcome(CallToolResult? Result, ToolFailure? Failure = null, Func<ToolTexts, string>? Fault = null, bool Unsent = false)
{
    public static McpOutcome Not(ToolFailure failure, Func<ToolTexts, string> fault, bool unsent = false) => new(null, failure, fault, unsent);
}
