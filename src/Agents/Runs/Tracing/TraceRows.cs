using System.Text.Json;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Memory;
using Platform.Agents.Nesting;
using Platform.Agents.Planning;

namespace Platform.Agents.Runs.Tracing;

/// <summary>The rows of a trace, made of events: what happened in a step of a plan stands under it.</summary>
internal sealed class TraceRows
{
    private readonly List<TraceRow> roots = [], added = [];
    private readonly Dictionary<TraceRow, List<TraceRow>> inside = [];
    private readonly Dictionary<string, TraceRow> byId = [], planSteps = [];
    private readonly Dictionary<string, PlanStep> begun = [];
    private readonly Dictionary<string, (string StepId, JsonElement Arguments)> calls = [];
    private readonly Dictionary<string, ToolOffer> offered = [];
    private IReadOnlyList<SentMessage> lastSent = [];
    private ModelSettings? settings;

    public IReadOnlyList<TraceRow> All => [.. roots.SelectMany(root => (IEnumerable<TraceRow>)[root, .. inside.GetValueOrDefault(root, [])])];

    /// <param name="before">When the event before this one came: the last that is known of a process that was killed.</param>
    public void Take(RunEvent happened, AgentPast past, DateTimeOffset before)
    {
        switch (happened.Name)
        {
            case "run.status":
                Stage(happened, happened.Read<RunStatusData>(), before);
                break;
            case "retrieval.completed" when byId.GetValueOrDefault("search") is { } search:
                search.Passages = happened.Read<AnswerSources>().Sources;
                search.End(TraceState.Done, happened.At);
                break;
            case "memory.recalled":
                Add(new($"memory{happened.Seq}", TraceKind.Memory, "", happened.At) { Remembered = happened.Read<MemoryRecalledData>().Entries, EndedAt = happened.At, State = TraceState.Done });
                break;
            case "part.away":
                var missing = happened.Read<PartAwayData>();
                Add(new($"away{happened.Seq}", TraceKind.Away, missing.Name, happened.At) { Away = missing, EndedAt = happened.At, State = TraceState.Done });
                break;
            case "run.forked":
                foreach (var row in byId.Values)
                    row.IsTakenOver = true;
                break;
            case "step.started":
                Begin(happened, happened.Read<StepStartedData>(), past);
                break;
            case "step.delta" when happened.Read<StepTextData>() is var more && byId.GetValueOrDefault(more.StepId) is { Model: { } writing } row:
                writing.Thinking.Append(more.Text);
                row.Note(happened, "");
                break;
            case "step.completed":
                Complete(happened, happened.Read<StepCompletedData>());
                break;
            case "step.failed" when happened.Read<StepFailedData>() is var failed && byId.GetValueOrDefault(failed.StepId) is { Model: { } failing } row:
                row.Model = failing with { Failure = failed.Message, IsGivenUp = failed.IsGivenUp, PromptTokens = failing.PromptTokens + failed.PromptTokens, CompletionTokens = failing.CompletionTokens + failed.CompletionTokens };
                row.Note(happened, failed.Message);
                row.End(TraceState.Failed, row.EndedAt ?? happened.At);
                break;
            case "tool.call":
                var call = happened.Read<ToolCallData>();
                Call(new(call.CallId, TraceKind.Tool, call.Tool, happened.At, StepOf(call.StepId)) { Tool = new(call.Tool, call.Arguments, call.Writes, null) { AskedRun = call.Tool == AskAgentTool.ToolName ? AskedRun.IdOf(happened.RunId, call.CallId) : null } }, happened);
                break;
            case "tool.result":
                Result(happened, happened.Read<ToolResultData>());
                break;
            case "approval.requested":
                var wanted = happened.Read<ApprovalRequestedData>();
                Add(new($"approval {wanted.ApprovalId}", TraceKind.Approval, wanted.Tool, happened.At, StepOf(calls.GetValueOrDefault(wanted.CallId).StepId ?? "")) { Approval = new(wanted, null), State = TraceState.Waiting }, happened);
                break;
            case "approval.resolved":
                var decided = happened.Read<ApprovalResolvedData>();
                if (byId.GetValueOrDefault($"approval {decided.ApprovalId}") is { Approval: { } pending } waiting)
                {
                    waiting.Approval = pending with { Decided = decided };
                    waiting.Note(happened, decided.Reason);
                    waiting.End(decided.Status == ApprovalStatus.Approved ? TraceState.Done : TraceState.Refused, happened.At);
                }
                break;
            case "usage" when byId.GetValueOrDefault("writing") is { } writing:
                writing.End(TraceState.Done, happened.At);
                break;
            case "usage" when happened.Read<AnswerDone>() is { Mode: AnswerMode.Plain, Timings.TotalMs: var took }:
                Add(new("writing", TraceKind.Writing, "", happened.At.AddMilliseconds(-took)) { EndedAt = happened.At, State = TraceState.Done }, happened);
                break;
        }
        foreach (var (id, row) in planSteps)
            Settle(row, PlanProgress.Of(begun[id], past), happened.At);
    }

    /// <summary>What still went on when the run ended, or its process did.</summary>
    public void Cut(DateTimeOffset at)
    {
        foreach (var row in byId.Values.Where(row => row.EndedAt is null))
            row.End(TraceState.Cut, at);
    }

    private void Stage(RunEvent happened, RunStatusData status, DateTimeOffset before)
    {
        var at = happened.At;
        switch (status.Status)
        {
            case "searching" when !byId.ContainsKey("search"):
                Add(new("search", TraceKind.Search, "", at), happened);
                break;
            case "writing" or "reading" when byId.ContainsKey("search") && !byId.ContainsKey("writing"):
                Add(new("writing", TraceKind.Writing, "", at), happened);
                break;
            case AgentJournal.Resumed:
                foreach (var row in byId.Values.Where(row => row is { EndedAt: null, Kind: TraceKind.Model or TraceKind.Plan or TraceKind.Tool }))
                {
                    row.Note(happened, status.Status);
                    row.End(TraceState.Cut, before);
                }
                break;
        }
    }

    private void Begin(RunEvent happened, StepStartedData step, AgentPast past)
    {
        var at = happened.At;
        if (step.Kind == StepKind.PlanStep)
        {
            // One that a crash cut off begins again under the same name.
            var id = step.PlanStep ?? step.StepId;
            begun[id] = past.Plan?.Steps.FirstOrDefault(s => s.Id == id) ?? new(id, step.Goal, "", null, [], "");
            if (!planSteps.TryGetValue(id, out var row))
                Add(planSteps[id] = row = new(step.StepId, TraceKind.PlanStep, step.Goal, at) { PlanStepId = id });
            byId[step.StepId] = row;
            row.Note(happened, "");
            return;
        }
        lastSent = [.. lastSent.Take(step.SameAsBefore), .. step.Sent];
        settings = step.Settings ?? settings;
        foreach (var offer in step.Offered ?? [])
            offered[offer.Name] = offer;
        var parent = step.PlanStep is { } of ? planSteps.GetValueOrDefault(of) : null;
        Add(new(step.StepId, step.Kind == StepKind.Plan ? TraceKind.Plan : TraceKind.Model, parent is null ? step.Goal : "", at, parent)
        {
            PlanStepId = step.PlanStep, Model = new(step.Kind, lastSent, step.SameAsBefore, step.Tools, settings, [.. step.Tools.Where(offered.ContainsKey).Select(name => offered[name])]), RetryOf = LastOf(row => row.Model is { } asked && asked.Kind == step.Kind && row.PlanStepId == step.PlanStep && step.Kind != StepKind.Check),
        }, happened);
    }

    private void Complete(RunEvent happened, StepCompletedData step)
    {
        foreach (var call in step.Calls)
            calls[call.CallId] = (step.StepId, call.Arguments);
        if (byId.GetValueOrDefault(step.StepId) is not { Model: { } asked } row)
            return;
        row.Note(happened, string.Join(' ', step.Calls.Select(call => call.Fault).OfType<string>()));
        row.Model = asked with { Text = step.Text, Calls = step.Calls, CallsAsked = step.CallsAsked, Verdict = step.Verdict, PromptTokens = step.PromptTokens, CompletionTokens = step.CompletionTokens };
        row.End(TraceState.Done, happened.At);
    }

    /// <summary>A call that is not made has a result and no begin.</summary>
    private void Result(RunEvent happened, ToolResultData result)
    {
        var at = happened.At;
        if (byId.GetValueOrDefault(result.CallId) is not { Tool: { } called } row)
        {
            row = new(result.CallId, TraceKind.Tool, result.Tool, at, StepOf(result.StepId));
            called = new(result.Tool, calls.GetValueOrDefault(result.CallId).Arguments, false, null);
            Call(row, happened);
            row.State = result.IsError ? TraceState.Refused : row.State; // else the same call of another step brought it
        }
        else
        {
            row.Note(happened, "");
        }
        row.Tool = called with { Result = result, AskedRun = RunOf(result) };
        row.End(row.State == TraceState.Refused ? TraceState.Refused : result.IsError ? TraceState.Failed : TraceState.Done, at);
    }

    private static Guid? RunOf(ToolResultData result) =>
        result is { Tool: AskAgentTool.ToolName, Data: { ValueKind: JsonValueKind.Object } data } && data.TryGetProperty("run", out var run) && run.TryGetGuid(out var id) ? id : null;

    private static void Settle(TraceRow row, PlanStepState state, DateTimeOffset at)
    {
        var next = state switch { PlanStepState.Done or PlanStepState.Skipped => TraceState.Done, PlanStepState.Failed => TraceState.Failed, _ => TraceState.Running };
        if (next == row.State)
            return;
        (row.State, row.EndedAt) = (next, next == TraceState.Running ? null : at);
    }

    private TraceRow? StepOf(string stepId) => byId.GetValueOrDefault(stepId) is { } row ? row.Kind == TraceKind.PlanStep ? row : row.Parent : null;

    private void Call(TraceRow row, RunEvent happened)
    {
        row.RetryOf = LastOf(before => before.Kind == TraceKind.Tool && before.Name == row.Name && before.Parent == row.Parent);
        Add(row, happened);
    }

    /// <summary>The last of such rows, where it failed: what comes now is another attempt.</summary>
    private TraceRow? LastOf(Func<TraceRow, bool> isSuch) =>
        added.FindLast(row => isSuch(row)) is { } last && (last.State is TraceState.Failed or TraceState.Refused || last.Model is { Calls.Count: > 0 } turn && turn.Calls.All(call => call.Fault is not null)) ? last : null;

    private void Add(TraceRow row, RunEvent? happened = null)
    {
        if (happened is not null)
            row.Note(happened, "");
        added.Add(row);
        byId[row.Id] = row;
        if (row.Parent is null)
            roots.Add(row);
        else
            (inside.TryGetValue(row.Parent, out var rows) ? rows : inside[row.Parent] = []).Add(row);
    }
}
