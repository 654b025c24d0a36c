using Platform.Agents.Acting;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Planning;
using Platform.Agents.Runs;
using Platform.Agents.Tools;

namespace Platform.Agents.Forking;

/// <summary>Takes over from a run what it did before a step, as the first events of another run.</summary>
internal static class ForkedEvents
{
    private const string ResultsField = "overrides.toolResults";

    /// <summary>What a run's past is read from; what tells of its course alone stays behind.</summary>
    private static readonly HashSet<string> Taken =
        ["plan.created", "plan.updated", "step.started", "step.delta", "step.completed", "step.failed", "tool.call", "tool.result", "approval.requested", "approval.resolved"];

    /// <summary>Events of the new run, the last of them run.forked. Their times are moved so that they end now. FieldException where there is no such step or call.</summary>
    public static IReadOnlyList<RunEvent> Of(Guid newRun, IReadOnlyList<RunEvent> events, RunForkedData forked, DateTimeOffset now)
    {
        var changes = Changes(forked.Overrides.ToolResults ?? []);
        var kept = Kept(events, forked.Origin.FromStep, changes).ToList();
        kept = [.. kept.Select(e => Changed(e, changes))];
        var past = AgentPast.Of(kept);
        var called = past.Decisions.SelectMany(decision => decision.Calls.Select(call => (decision.StepId, Call: call))).ToDictionary(c => c.Call.CallId);
        foreach (var change in changes.Values)
        {
            if (!called.TryGetValue(change.CallId, out var at))
                throw new FieldException(FieldOf(forked.Overrides, change), $"There is no call '{Findings.Short(change.CallId)}' before the step that is taken anew. Calls there: {Names(called.Keys)}.");
            if (!past.Results.ContainsKey(change.CallId))
                kept.Add(new(newRun, 0, now, "tool.result", RunJson.Write(new ToolResultData(change.CallId, at.StepId, at.Call.Tool, change.Text, null, change.IsError, [], 0))));
        }
        if (past.Open.FirstOrDefault(call => call.Writes && !changes.ContainsKey(call.CallId)) is { } open)
            throw new FieldException("fromStep", $"Whether the call {open.CallId} of '{open.Tool}' took effect is not known. Give its result, or fork from a step before it.");
        var moved = kept.Count == 0 ? TimeSpan.Zero : now - kept.Max(e => e.At);
        return [.. kept.Append(new(newRun, 0, now - moved, "run.forked", RunJson.Write(forked))).Select((e, i) => e with { RunId = newRun, Seq = i + 1, At = e.At + moved })];
    }

    private static string FieldOf(ForkOverrides overrides, ForkedResult change) => $"{ResultsField}[{overrides.ToolResults!.TakeWhile(result => result != change).Count()}].callId";

    private static Dictionary<string, ForkedResult> Changes(IReadOnlyList<ForkedResult> results)
    {
        for (var i = 0; i < results.Count; i++)
        {
            if (results[i] is not { CallId: not null, Text: { Length: <= ToolOutcome.MaxCharacters } })
                throw new FieldException($"{ResultsField}[{i}].text", $"A result of a call has its id and a text of at most {ToolOutcome.MaxCharacters:N0} characters; this has {results[i]?.Text?.Length ?? 0:N0}.");
        }
        return results.GroupBy(result => result.CallId).ToDictionary(same => same.Key, same => same.Last());
    }

    private static IEnumerable<RunEvent> Kept(IReadOnlyList<RunEvent> events, string? fromStep, Dictionary<string, ForkedResult> changes)
    {
        var end = End(events, fromStep, changes);
        var before = events.Take(end).ToList();

        // Steps of a plan begin side by side: calls of those before the step may be made after it began.
        var decided = before.Where(e => e.Name == "step.completed").SelectMany(e => e.Read<StepCompletedData>().Calls).Select(call => call.CallId).ToHashSet();
        var kept = before.Concat(events.Skip(end).Where(e => CallOf(e) is { } call && decided.Contains(call))).Where(e => Taken.Contains(e.Name)).ToList();

        // What was decided about a call holds with what the call came to, and for no call that is yet to be made; a plan comes to nothing but its steps, a question to nothing but its answer.
        var settled = kept.Where(e => e.Name == "tool.result").Select(CallOf).ToHashSet();
        settled.UnionWith(kept.Where(e => e.Name == "approval.resolved").Select(CallOf).Where(call => call is not null && (PlanExecution.IsCall(call) || Clarification.IsCall(call))));
        return kept.Where(e => !e.Name.StartsWith("approval.", StringComparison.Ordinal) || settled.Contains(CallOf(e)));
    }

    /// <summary>The call that an event is about; null for one that is about none.</summary>
    private static string? CallOf(RunEvent happened) => happened.Name switch
    {
        "tool.call" => happened.Read<ToolCallData>().CallId,
        "tool.result" => happened.Read<ToolResultData>().CallId,
        "approval.requested" => happened.Read<ApprovalRequestedData>().CallId,
        "approval.resolved" => happened.Read<ApprovalResolvedData>().CallId,
        _ => null,
    };

    private static int End(IReadOnlyList<RunEvent> events, string? fromStep, Dictionary<string, ForkedResult> changes)
    {
        var steps = events.Select((e, i) => (Event: e, Index: i)).Where(e => e.Event.Name == "step.started").Select(e => (e.Event.Read<StepStartedData>().StepId, e.Index)).ToList();
        if (fromStep is not null)
        {
            return steps.FirstOrDefault(step => step.StepId == fromStep) is { StepId: not null } found ? found.Index
                : throw new FieldException("fromStep", $"The run has no step '{Findings.Short(fromStep)}'. Steps: {Names(steps.Select(step => step.StepId))}.");
        }
        if (changes.Count == 0)
            return 0;
        var last = events.Select((e, i) => (Event: e, Index: i)).LastOrDefault(e => (e.Event.Name, e.Event) switch
        {
            ("tool.result", var result) => changes.ContainsKey(result.Read<ToolResultData>().CallId),
            ("step.completed", var step) => step.Read<StepCompletedData>().Calls.Any(call => changes.ContainsKey(call.CallId)),
            _ => false,
        });
        return steps.FirstOrDefault(step => step.Index > last.Index) is { StepId: not null } next ? next.Index : events.Count;
    }

    private static RunEvent Changed(RunEvent happened, Dictionary<string, ForkedResult> changes)
    {
        if (happened.Name == "tool.result" && happened.Read<ToolResultData>() is var result && changes.TryGetValue(result.CallId, out var change))
            return happened with { Data = RunJson.Write(result with { Text = change.Text, IsError = change.IsError, Data = null, Citations = [], Failure = null }) };

        // A tool that was approved for the whole of a run was not for another.
        return happened.Name == "approval.resolved" && happened.Read<ApprovalResolvedData>() is { ForRun: true } granted
            ? happened with { Data = RunJson.Write(granted with { ForRun = false }) }
            : happened;
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Take(50)) is { Length: > 0 } all ? all : "none";
}
