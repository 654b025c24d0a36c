using System.Text.Json.Serialization;
using Platform.Agents.Acting;

namespace Platform.Agents.Runs;

/// <summary>States of a run. RequiresAction: it waits for a person. Incomplete: it ended at a limit, with an answer from what it had. Expired: nobody decided in time about what it waited for, and nothing was done. Cancelling: it was asked to stop and has not ended; told of a run, and never stored. Stored by number: append only.</summary>
public enum RunStatus { Queued = 0, InProgress = 1, Completed = 2, Cancelled = 3, Failed = 4, RequiresAction = 5, Incomplete = 6, Expired = 7, Cancelling = 8 }

/// <summary>What a run is for: a person asked; it is the call of another run; it is a test's; a schedule's time came; a program asked; somebody tried an agent beside its settings. Stored by number: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<RunPurpose>))]
public enum RunPurpose { Asked = 0, Nested = 1, Test = 2, Scheduled = 3, Program = 4, Trial = 5 }

/// <summary>Why a run failed. ToolUnavailable: of runs of before, which needed every tool of their agent. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<RunErrorKind>))]
public enum RunErrorKind { ModelUnavailable, ModelBusy, ModelFailed, OutOfTime, ContextTooLong, Interrupted, Failed, OutcomeUnknown, ModelTooWeak, ToolUnavailable }

/// <summary>A failed run; the message is for people.</summary>
public sealed class RunException(RunErrorKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public RunErrorKind Kind { get; } = kind;
}

/// <summary>A stored, numbered event of a run. Seq starts at 1. Data is JSON: the named record below, camelCase.</summary>
/// <param name="Name">run.status (RunStatusData), retrieval.completed (AnswerSources), message.delta (TextData), citation.added (Citation), usage (AnswerDone), error (ErrorData), done (TextData with the whole text). Of an agent's run also plan.created|updated, step.started|delta|completed|failed, tool.call|result, approval.requested|resolved, answer.chosen, memory.recalled, part.away, retrieval.completed after each call that showed passages, message.reset and run.forked (what stands before it was taken from another run), with the records of the same names. The last event is done or error, never both; a cancelled run ends with done.</param>
public sealed record RunEvent(Guid RunId, int Seq, DateTimeOffset At, string Name, string Data)
{
    /// <summary>The data as the record that <see cref="Name"/> stands for.</summary>
    public T Read<T>() => RunJson.Read<T>(Data);
}

/// <param name="Status">queued, searching, reading, writing, completed, cancelling, cancelled, failed; of an agent's run also resumed, requires_action, incomplete, expired.</param>
/// <param name="Reason">Why an agent's run is incomplete.</param>
public sealed record RunStatusData(string Status, int Value, StopReason? Reason = null);

public sealed record TextData(string Text);

public sealed record ErrorData(RunErrorKind Kind, string Message);
