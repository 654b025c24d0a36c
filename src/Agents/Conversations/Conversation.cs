using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Runs;

namespace Platform.Agents.Conversations;

/// <summary>A conversation as the sidebar shows it. Title is empty until the first question.</summary>
public sealed record Conversation(Guid Id, string Title, IReadOnlyList<Guid> BaseIds, bool Pinned, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, bool Running)
{
    /// <summary>Who answers in it.</summary>
    public ConversationSubject Subject { get; init; } = ConversationSubject.Documents;
}

/// <summary>One message. For an assistant's: the run that wrote it, its state, citations, sources, error.</summary>
/// <param name="Versions">All versions of it, itself among them, in the order in which they were made.</param>
public sealed record ConversationMessage(
    Guid Id, Guid ConversationId, string Role, string Text, DateTimeOffset CreatedAt, Guid? RunId, RunStatus? Status,
    IReadOnlyList<Citation> Citations, IReadOnlyList<SourceRead> Sources, AnswerDone? Usage, ErrorData? Error, IReadOnlyList<Guid> Versions)
{
    /// <summary>The name of the agent that wrote it, as it was then; empty where none did.</summary>
    public string Agent { get; init; } = "";

    /// <summary>That agent, which may have been deleted since; null where none did.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>Why an agent's answer is less than was asked for.</summary>
    public StopReason? StopReason { get; init; }
}
