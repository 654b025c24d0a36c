using System.Text;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Planning;
using Platform.Agents.Prompting;

namespace Platform.Agents.Runs.Tracing;

/// <summary>What a run did, as people look at it: the fold of its events, with or without an agent. Events may be added as they come; one that was added before, or is unknown, changes nothing.</summary>
/// <remarks>Not for several threads at once. All texts in it are untrusted.</remarks>
public sealed class RunTrace
{
    private readonly AgentPast past = new();
    private readonly TraceRows rows = new();
    private readonly StringBuilder answer = new();
    private readonly List<Citation> citations = [];
    private readonly List<PlanData> plans = [];
    private DateTimeOffset last;

    public static RunTrace Of(IEnumerable<RunEvent> events)
    {
        RunTrace trace = new();
        foreach (var happened in events)
            trace.Add(happened);
        return trace;
    }

    /// <summary>Number of the last event; grows with each change.</summary>
    public int LastSeq { get; private set; }

    public RunStatus Status { get; private set; }

    /// <summary>What is going on, in the word and number of the last run.status.</summary>
    public RunStatusData Progress { get; private set; } = new("queued", 0);

    public StopReason? StopReason { get; private set; }

    /// <summary>When the last event came, once the run has ended.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    public WorkClock Clock { get; } = new();

    /// <summary>All that it did: a step of a plan, then what happened in it.</summary>
    public IReadOnlyList<TraceRow> Rows => rows.All;

    /// <summary>All versions of its plan; none where it made none.</summary>
    public IReadOnlyList<PlanData> Plans => plans;

    /// <summary>The newest plan's steps as they stand.</summary>
    public IReadOnlyList<PlanStepShown> PlanSteps => [.. (past.Plan?.Steps ?? []).Select(step => new PlanStepShown(step, PlanProgress.Of(step, past)))];

    /// <summary>What a person must decide before it goes on.</summary>
    public IReadOnlyList<ApprovalTurn> Open => Status is RunStatus.RequiresAction or RunStatus.InProgress or RunStatus.Queued
        ? [.. rows.All.Where(row => row.Approval is { Decided: null }).Select(row => row.Approval!)] : [];

    /// <summary>Why a call that is asked about is wanted, in the model's words: the step of the plan that it belongs to, or what the model wrote with it. Empty for nothing.</summary>
    public string WhyOf(string callId)
    {
        if (rows.All.FirstOrDefault(row => row.Approval?.Asked.CallId == callId)?.Parent is { } step)
            return step.Name;
        var decision = rows.All.LastOrDefault(row => row.Model?.Calls.Any(call => call.CallId == callId) == true)?.Model;
        return decision is null ? "" : decision.Text.Length > 0 ? decision.Text : decision.Thought;
    }

    /// <summary>What the tool of a call always runs for, where the call is asked about because the tool does more by now; else null.</summary>
    public string? AlwaysForOf(string callId) => rows.All.LastOrDefault(row => row.Approval?.Asked.CallId == callId)?.Approval!.Asked.AlwaysFor;

    /// <summary>How long a row has worked, or did; without waits.</summary>
    /// <param name="now">Of what still goes on.</param>
    public TimeSpan LengthOf(TraceRow row, DateTimeOffset now) => Clock.At(row.EndedAt ?? EndedAt ?? now) - Clock.At(row.BeganAt);

    /// <summary>Of a call of another agent the run in which, or below which, a person must decide before this one goes on; null for what waits for nobody.</summary>
    public Guid? WaitsBelow(TraceRow row) => Status == RunStatus.RequiresAction && row is { EndedAt: null, IsTakenOver: false, Tool.Result: null } ? row.Tool.AskedRun : null;

    /// <summary>Tools that it changed something with, or may have: their calls were begun, and nothing says that they failed.</summary>
    public IEnumerable<string> Changed => rows.All.Where(row => row is { IsTakenOver: false, Tool: { Writes: true, Result: null or { IsError: false } or { Failure: Tools.ToolFailure.TimedOut } } }).Select(row => row.Name);

    /// <summary>What it has written of its answer.</summary>
    public string Answer => answer.ToString();

    public IReadOnlyList<Citation> Citations => citations;

    public AnswerDone? Usage { get; private set; }

    public ErrorData? Error { get; private set; }

    /// <summary>How its answer was chosen among several; null for the only one.</summary>
    public AnswerChosenData? Chosen { get; private set; }

    /// <summary>Questions to the model.</summary>
    public int Steps => past.Steps;

    /// <summary>Whether its limit of tokens left room for no step: the answer was forced before anything was done.</summary>
    public bool HadNoStep => StopReason == Acting.StopReason.MaxTokens && rows.All.All(row => row is { Tool: null, Approval: null, Model: null or { Kind: StepKind.Answer or StepKind.Summary } });

    /// <summary>Those of agents that it asked; not among its own.</summary>
    public int TokensOfOthers => past.TokensOfOthers;

    /// <summary>Read and written by the model.</summary>
    public int Tokens => past.Tokens > 0 ? past.Tokens : Usage is { } used ? used.Usage.PromptTokens + used.Usage.CompletionTokens : 0;

    public void Add(RunEvent happened)
    {
        if (happened.Seq <= LastSeq)
            return;
        LastSeq = happened.Seq;
        Clock.Take(happened);
        past.Add(happened);
        Take(happened);
        if (happened.Name is not ("message.delta" or "citation.added"))
            rows.Take(happened, past, last);
        last = happened.At;
        if (happened.Name is "done" or "error")
        {
            EndedAt = happened.At;
            rows.Cut(happened.At);
        }
    }

    private void Take(RunEvent happened)
    {
        switch (happened.Name)
        {
            case "run.status":
                Go(happened.Read<RunStatusData>());
                break;
            case "plan.created" or "plan.updated":
                plans.Add(happened.Read<PlanData>());
                break;
            case "message.delta":
                answer.Append(happened.Read<TextData>().Text);
                break;
            case "message.reset":
                answer.Clear();
                citations.Clear();
                break;
            case "citation.added":
                citations.Add(happened.Read<Citation>());
                break;
            case "answer.chosen":
                Chosen = happened.Read<AnswerChosenData>();
                break;
            case "usage":
                Usage = happened.Read<AnswerDone>();
                break;
            case "error":
                Error = happened.Read<ErrorData>();
                Status = RunStatus.Failed;
                break;
            case "done":
                answer.Clear().Append(happened.Read<TextData>().Text);
                break;
        }
    }

    private void Go(RunStatusData status)
    {
        (Progress, StopReason) = (status, status.Reason ?? StopReason);
        Status = status.Status switch
        {
            "queued" => RunStatus.Queued,
            "requires_action" => RunStatus.RequiresAction,
            "completed" => RunStatus.Completed,
            LiveRun.Cancelling => RunStatus.Cancelling,
            "cancelled" => RunStatus.Cancelled,
            "expired" => RunStatus.Expired,
            "failed" => RunStatus.Failed,
            "incomplete" => RunStatus.Incomplete,
            _ => RunStatus.InProgress,
        };
    }
}
