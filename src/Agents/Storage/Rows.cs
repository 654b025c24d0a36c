using Platform.Agents.Answering;
using Platform.Agents.Runs;

namespace Platform.Agents.Storage;

internal sealed class ConversationRow
{
    public Guid Id { get; set; }
    public required string OwnerId { get; set; }
    public string Title { get; set; } = "";

    /// <summary>JSON array of base ids; empty means all that the owner may read.</summary>
    public string BaseIds { get; set; } = "[]";
    public bool Pinned { get; set; }

    /// <summary>Whether the owner's list has it; one that only carries trials or runs of programs is not there.</summary>
    public bool Listed { get; set; } = true;

    /// <summary>The text of a ConversationSubject; empty for questions to documents.</summary>
    public string Subject { get; set; } = "";

    /// <summary>The last message of the path that is shown; null while there is no message.</summary>
    public Guid? EndId { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class MessageRow
{
    public Guid Id { get; set; }
    public Guid ConversationId { get; set; }

    /// <summary>The message that it follows; null for a first one. Messages that follow the same one are versions of each other.</summary>
    public Guid? ParentId { get; set; }

    /// <summary>In what order the messages of a conversation were made, from 1.</summary>
    public int Ordinal { get; set; }
    public required string Role { get; set; }
    public string Text { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }
    public Guid? RunId { get; set; }

    // JSON of the records of the same names; null when there is none.
    public string? Citations { get; set; }
    public string? Sources { get; set; }
    public string? Usage { get; set; }
    public string? Error { get; set; }
}

internal sealed class RunRow
{
    public Guid Id { get; set; }
    public Guid ConversationId { get; set; }
    public required string OwnerId { get; set; }
    public Guid UserMessageId { get; set; }
    public Guid AssistantMessageId { get; set; }
    public AnswerMode Mode { get; set; }

    /// <summary>Of an agent's run; the agent may have been deleted since.</summary>
    public Guid? AgentId { get; set; }
    public int? AgentVersion { get; set; }

    /// <summary>JSON of the AgentTask; null where the question is answered without an agent.</summary>
    public string? Agent { get; set; }

    public RunPurpose Purpose { get; set; }

    /// <summary>The run whose call this one is.</summary>
    public Guid? ParentId { get; set; }

    /// <summary>The run that this one was forked from, which may be gone by now, and its step.</summary>
    public Guid? OriginId { get; set; }
    public string? OriginStep { get; set; }

    /// <summary>The name of a StopReason; null for a run that ended by itself.</summary>
    public string? StopReason { get; set; }
    public RunStatus Status { get; set; }

    /// <summary>The model that is to answer; empty for the one that answers questions, and for an agent's own.</summary>
    public string Model { get; set; } = "";

    /// <summary>Questions to the model so far.</summary>
    public int Steps { get; set; }

    /// <summary>Read and written by the model so far.</summary>
    public int Tokens { get; set; }

    /// <summary>Those of agents that it asked; not among its own.</summary>
    public int TokensOfOthers { get; set; }

    /// <summary>Time of work so far: neither in the queue nor waiting for a person.</summary>
    public long WorkedMilliseconds { get; set; }
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Null while it runs; a conversation has at most one such run (unique index).</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Of the process that executes it; null for runs from before there were leases.</summary>
    public string? Lease { get; set; }

    /// <summary>Until then the process said that it works on it. A run that has not ended by then is nobody's.</summary>
    public DateTimeOffset LeaseUntil { get; set; }

    /// <summary>Whether a person stopped it in another process than the one that executes it.</summary>
    public bool StopAsked { get; set; }
}

internal sealed class RunEventRow
{
    public Guid RunId { get; set; }
    public int Seq { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Name { get; set; }
    public required string Data { get; set; }
}
