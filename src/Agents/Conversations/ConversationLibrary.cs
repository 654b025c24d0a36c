using Platform.Retrieval.Access;

namespace Platform.Agents.Conversations;

/// <summary>A person's conversations. Another person's do not exist for the caller, administrators included (NotFoundException).</summary>
public sealed class ConversationLibrary
{
    /// <summary>Latest first; titles and messages that hold the text when given.</summary>
    public Task<IReadOnlyList<Conversation>> ListAsync(Caller caller, string? containing, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<Conversation> CreateAsync(Caller caller, IReadOnlyList<Guid> baseIds, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<Conversation> GetAsync(Caller caller, Guid conversationId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>In order; includes the part of a running answer that is stored so far.</summary>
    public Task<IReadOnlyList<ConversationMessage>> MessagesAsync(Caller caller, Guid conversationId, CancellationToken cancellation) => throw new NotImplementedException();

    public Task RenameAsync(Caller caller, Guid conversationId, string title, CancellationToken cancellation) => throw new NotImplementedException();

    public Task PinAsync(Caller caller, Guid conversationId, bool pinned, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Which bases its questions search.</summary>
    public Task SetBasesAsync(Caller caller, Guid conversationId, IReadOnlyList<Guid> baseIds, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Deletes it with its messages and runs; a running answer is cancelled first.</summary>
    public Task DeleteAsync(Caller caller, Guid conversationId, CancellationToken cancellation) => throw new NotImplementedException();
}
