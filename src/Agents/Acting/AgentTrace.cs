using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Prompting;

namespace Platform.Agents.Acting;

/// <summary>What was called and what came of it, as a model reads it.</summary>
internal static class AgentTrace
{
    public static Dictionary<string, object?> Arguments(JsonElement arguments) =>
        arguments.ValueKind == JsonValueKind.Object ? arguments.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value) : [];

    /// <summary>A result in its fence; a word of the program itself where there is none. After that of the last call, where more were asked for at once than are taken, that they were.</summary>
    public static string Result(AgentPast past, StepCompletedData decision, CallData call, PromptWords words)
    {
        var told = past.Results.TryGetValue(call.CallId, out var result)
            ? UntrustedText.ToolOutput(call.Tool, result.Text, [.. result.Citations.Select(c => c.N)], result.IsError)
            : past.IsOpen(call.CallId) ? words.CutOff : words.NotCalled;
        return decision.CallsAsked > 0 && call == decision.Calls[^1] ? $"{told}\n{words.CallsLeftOut(decision.CallsAsked, decision.Calls.Count)}" : told;
    }
}
