using System.Text;
using System.Text.Json;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Memory;

namespace Platform.Agents.Runs.Tracing;

/// <summary>What a row of a trace stands for: a search before an answer, an answer written from it, a plan being made, a step of the plan, a question to the model, a call, a wait for a person, what was remembered, or a part of the agent that was not there.</summary>
public enum TraceKind { Search, Writing, Plan, PlanStep, Model, Tool, Approval, Memory, Away }

/// <summary>How a row stands. Refused: the call was not made. Cut: its process ended, or somebody stopped the run.</summary>
public enum TraceState { Running, Waiting, Done, Failed, Refused, Cut }

/// <summary>One thing that a run did, with what there is to look at.</summary>
/// <remarks>All texts in it are untrusted.</remarks>
public sealed class TraceRow
{
    private readonly List<TraceNote> log = [];

    internal TraceRow(string id, TraceKind kind, string name, DateTimeOffset beganAt, TraceRow? parent = null) =>
        (Id, Kind, Name, BeganAt, Parent) = (id, kind, name, beganAt, parent);

    /// <summary>Unique in the run: of a step or a call, its own id.</summary>
    public string Id { get; }

    public TraceKind Kind { get; }

    /// <summary>The goal of a step, the name of a tool; empty where the kind says all.</summary>
    public string Name { get; }

    /// <summary>The step of the plan that it belongs to; null for one that stands alone.</summary>
    public TraceRow? Parent { get; }

    public int Depth => Parent is null ? 0 : Parent.Depth + 1;

    public DateTimeOffset BeganAt { get; }

    /// <summary>Null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; internal set; }

    public TraceState State { get; internal set; }

    /// <summary>Whether it was taken over from the run that this one was forked from.</summary>
    public bool IsTakenOver { get; internal set; }

    /// <summary>Id of the step of the plan; null for what is not in one.</summary>
    public string? PlanStepId { get; internal init; }

    /// <summary>Of a question to the model.</summary>
    public ModelTurn? Model { get; internal set; }

    /// <summary>Of a call.</summary>
    public ToolTurn? Tool { get; internal set; }

    /// <summary>Of a part of the agent that was not there.</summary>
    public PartAwayData? Away { get; internal init; }

    /// <summary>Of a wait for a person.</summary>
    public ApprovalTurn? Approval { get; internal set; }

    /// <summary>Passages that were read for an answer.</summary>
    public IReadOnlyList<SourceRead> Passages { get; internal set; } = [];

    public IReadOnlyList<RecalledEntry> Remembered { get; internal set; } = [];

    /// <summary>What it does again, because that failed; null for a first attempt.</summary>
    public TraceRow? RetryOf { get; internal set; }

    /// <summary>1, and one more for each attempt before it that failed.</summary>
    public int Attempt => RetryOf is { } before ? before.Attempt + 1 : 1;

    /// <summary>The events that it is made of, in order.</summary>
    public IReadOnlyList<TraceNote> Log => log;

    internal void Note(RunEvent happened, string said)
    {
        if (log is [.., var last] && last.Name == happened.Name && said.Length == 0 && last.Said.Length == 0)
            log[^1] = last with { Times = last.Times + 1 };
        else
            log.Add(new(happened.Seq, happened.At, happened.Name, said));
    }

    internal void End(TraceState state, DateTimeOffset at) => (State, EndedAt) = (state, at);
}

/// <summary>An event of a row, or so many of the same name that came one after the other.</summary>
/// <param name="Seq">Number of the first.</param>
/// <param name="Said">What it says besides what the row shows: why something failed. Empty for nothing.</param>
public sealed record TraceNote(int Seq, DateTimeOffset At, string Name, string Said, int Times = 1);

/// <summary>A question to the model and what it wrote.</summary>
/// <param name="Sent">All messages that it was sent.</param>
/// <param name="SameAsBefore">So many of them it was sent the time before too.</param>
/// <param name="Tools">Names of the tools on offer.</param>
/// <param name="Settings">How it was asked; null in runs of before that was kept.</param>
/// <param name="Offered">What it was told of the tools on offer; none in runs of before that was kept.</param>
public sealed record ModelTurn(StepKind Kind, IReadOnlyList<SentMessage> Sent, int SameAsBefore, IReadOnlyList<string> Tools, ModelSettings? Settings = null, IReadOnlyList<ToolOffer>? Offered = null)
{
    /// <summary>What it wrote beside its answer, as it came.</summary>
    public string Thought => Thinking.ToString();

    internal StringBuilder Thinking { get; } = new();

    /// <summary>What it wrote, word for word, once it is complete.</summary>
    public string Text { get; init; } = "";
    public IReadOnlyList<CallData> Calls { get; init; } = [];
    public int PromptTokens { get; init; }
    public int CompletionTokens { get; init; }

    /// <summary>So many calls were asked for at once, of which only <see cref="Calls"/> are taken; 0 where those are all.</summary>
    public int CallsAsked { get; init; }

    /// <summary>Of a check whether a step of the plan is done.</summary>
    public StepVerdict? Verdict { get; init; }

    /// <summary>What was wrong with it; null when nothing was.</summary>
    public string? Failure { get; init; }

    /// <summary>Its time was over, or the run ended, before it was answered: what went wrong is none of the model's words.</summary>
    public bool IsGivenUp { get; init; }
}

/// <summary>A call and what came of it.</summary>
/// <param name="Result">Null while it has none.</param>
public sealed record ToolTurn(string Tool, JsonElement Arguments, bool Writes, ToolResultData? Result)
{
    /// <summary>Of a call of another agent, its run, from when the call was made: it may be a moment until it is there. Null for other calls, and for one that no run came of.</summary>
    public Guid? AskedRun { get; init; }
}

/// <summary>What a person was asked, and what they decided; null while nobody has.</summary>
public sealed record ApprovalTurn(ApprovalRequestedData Asked, ApprovalResolvedData? Decided);
