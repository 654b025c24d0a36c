using Platform.Agents.Acting;
using Platform.Agents.Memory;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Recorded;

namespace Platform.Agents.Forking;

/// <summary>What the calls of a run came to, to be given again.</summary>
internal static class RecordedRun
{
    /// <summary>What its prompt held of the agent's memory.</summary>
    public static IReadOnlyList<RecalledEntry> RememberedOf(IEnumerable<RunEvent> events) =>
        [.. events.Where(happened => happened.Name == "memory.recalled").SelectMany(happened => happened.Read<MemoryRecalledData>().Entries).DistinctBy(entry => entry.Id)];

    /// <summary>Calls that a fault, a repetition or a person kept from being made are among them with what was told instead.</summary>
    public static IReadOnlyList<RecordedCall> CallsOf(IEnumerable<RunEvent> events)
    {
        var past = AgentPast.Of(events);
        return [.. past.Decisions.SelectMany(decision => decision.Calls)
            .Where(call => call.Fault is null && past.Results.GetValueOrDefault(call.CallId) is { } result && result.Failure is not (ToolFailure.Repeated or ToolFailure.NoCallsLeft))
            .Select(call => (Call: call, Result: past.Results[call.CallId]))
            .Select(made => new RecordedCall(made.Call.Tool, made.Call.Arguments, made.Result.Text, made.Result.IsError, made.Result.Data, made.Result.Citations) { IsEmpty = made.Result.IsEmpty })];
    }
}
