using Platform.Agents.Answering;
using Platform.Retrieval.Access;

namespace Platform.Agents.Runs;

/// <summary>A question to answer in a conversation. RunId is chosen by the caller: the same id with the same content starts nothing new, with other content it is a conflict (RunConflictException).</summary>
public sealed record StartRun(Guid RunId, Guid ConversationId, string Question, AnswerMode Mode = AnswerMode.Auto);

public sealed class RunConflictException(string message) : Exception(message);

/// <summary>A run as lists show it.</summary>
public sealed record RunInfo(Guid Id, Guid ConversationId, Guid UserMessageId, Guid AssistantMessageId, RunStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);

/// <summary>Starts, cancels and follows runs. A run belongs to the server: leaving never stops it.</summary>
public sealed class RunAgent
{
    /// <summary>Stores the user's message, an empty assistant message and the run, and starts it. ArgumentException: empty question, or over 32,000 characters.</summary>
    public Task<RunInfo> StartAsync(Caller caller, StartRun start, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Stops within one step; what was written stays.</summary>
    public Task CancelAsync(Caller caller, Guid runId, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<RunInfo> GetAsync(Caller caller, Guid runId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The run in progress of a conversation, or null.</summary>
    public Task<RunInfo?> ActiveAsync(Caller caller, Guid conversationId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Stored events after a number, then live ones until the last. Works while it runs, after it ended, and after a restart. Ending the enumeration does not touch the run.</summary>
    public IAsyncEnumerable<RunEvent> FollowAsync(Caller caller, Guid runId, int afterSeq, CancellationToken cancellation) => throw new NotImplementedException();
}
