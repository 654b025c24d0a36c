using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Prompting;
using Platform.Agents.Tools;

namespace Platform.Agents.Acting;

/// <summary>What was called and what came of it, as a model reads it.</summary>
internal static class AgentTrace
{
    public static Dictionary<string, object?> Arguments(JsonElement arguments) =>
        arguments.ValueKind == JsonValueKind.Object ? ArgumentKey.Fields(arguments).ToDictionary(field => field.Key, field => (object?)field.Value) : [];

    /// <summary>A result in its fence; a word of the program itself where there is none. Before it, what a person changed in the call, or said of it. After that of the last call, where more were asked for at once than are taken, that they were.</summary>
    public static string Result(AgentPast past, StepCompletedData decision, CallData call, PromptWords words)
    {
        var told = past.Results.TryGetValue(call.CallId, out var result)
            ? UntrustedText.ToolOutput(call.Tool, result.Text, [.. result.Citations.Select(c => c.N)], result.IsError)
            : past.IsOpen(call.CallId) ? words.CutOff : words.NotCalled;
        if (past.DecisionOn(call.CallId) is { Status: ApprovalStatus.Approved } approved && (approved.Arguments is not null || approved.Comment.Length > 0))
            told = $"{(approved.Arguments is null ? words.Approved : past.MadeWith(call.CallId) is null ? words.CallChangedUnmade : words.CallChanged)(AgentWords.Saying(approved.Comment, words))}\n{told}";
        return decision.CallsAsked > 0 && call == decision.Calls[^1] ? $"{told}\n{words.CallsLeftOut(decision.CallsAsked, decision.Calls.Count)}" : told;
    }
}
