using System.Text.Json;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Memory;

namespace Platform.Agents.Runs.Tracing;

/// <summary>What a row of a trace stands for: a search before an answer, an answer written from it, a plan being made, a step of the plan, a question to the model, a call, a wait for a person, or what was remembered.</summary>
public enum TraceKind { Search, Writing, Plan, PlanStep, Model, Tool, Approval, Memory }

/// <summary>How a row stands. Refused: the call was not made. Cut: its process ended, or somebody stopped the run.</summary>
public enum TraceState { Running, Waiting, Done, Failed, Refused, Cut }

/// <summary>One thing that a run did, with what there is to look at.</summary>
/// <remarks>All texts in it are untrusted.</remarks>
public sealed class TraceRow
{
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

    /// <summary>Of a wait for a person.</summary>
    public ApprovalTurn? Approval { get; internal set; }

    /// <summary>Passages that were read for an answer.</summary>
    public IReadOnlyList<SourceRead> Passages { get; internal set; } = [];

    public IReadOnlyList<MemoryEntry> Remembered { get; internal set; } = [];

    internal void End(TraceState state, DateTimeOffset at) => (State, EndedAt) = (state, at);
}

/// <summary>A question to the model and what it wrote.</summary>
/// <param name="Sent">All messages that it was sent.</param>
/// <param name="SameAsBefore">So many of them it was sent the time before too.</param>
/// <param name="Tools">Names of the tools on offer.</param>
public sealed record ModelTurn(StepKind Kind, IReadOnlyList<SentMessage> Sent, int SameAsBefore, IReadOnlyList<string> Tools)
{
    /// <summary>What it wrote beside its answer, as it came.</summary>
    public string Thought { get; init; } = "";

    /// <summary>What it wrote, word for word, once it is complete.</summary>
    public string Text { get; init; } = "";
    public IReadOnlyList<CallData> Calls { get; init; } = [];
    public int PromptTokens { get; init; }
    public int CompletionTokens { get; init; }

    /// <summary>What was wrong with it; null when nothing was.</summary>
    public string? Failure { get; init; }
}

/// <summary>A call and what came of it.</summary>
/// <param name="Result">Null while it has none.</param>
public sealed record ToolTurn(string Tool, JsonElement Arguments, bool Writes, ToolResultData? Result);

/// <summary>What a person was asked, and what they decided; null while nobody has.</summary>
public sealed record ApprovalTurn(ApprovalRequestedData Asked, ApprovalResolvedData? Decided);
