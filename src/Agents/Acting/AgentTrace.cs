using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Acting;

/// <summary>What was called and what came of it, as a model reads it.</summary>
internal static class AgentTrace
{
    private const string NotCalled = "This call was not made.", CutOff = "This call was begun and cut off. Whether it took effect is not known: say so, and do not say that it was not made.";

    public static Dictionary<string, object?> Arguments(JsonElement arguments) =>
        arguments.ValueKind == JsonValueKind.Object ? arguments.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value) : [];

    /// <summary>A result in its fence; a word of the program itself where there is none.</summary>
    public static string Result(AgentPast past, CallData call) =>
        past.Results.TryGetValue(call.CallId, out var result)
            ? UntrustedText.ToolOutput(call.Tool, result.Text, [.. result.Citations.Select(c => c.N)], result.IsError)
            : past.IsOpen(call.CallId) ? CutOff : NotCalled;
}
