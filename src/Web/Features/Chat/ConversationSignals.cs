namespace Platform.Web.Features.Chat;

/// <summary>A conversation began or changed, or a run of it started or ended.</summary>
/// <param name="OwnerId">Whose it is.</param>
/// <param name="By">The part of a window that tells it, and knows it already.</param>
public sealed record ConversationChange(string OwnerId, Guid ConversationId, object By);

/// <summary>Tells all open windows of this server what happened to a conversation, so that none shows it as it was. Who listens takes its own hand off again.</summary>
public sealed class ConversationSignals
{
    public event Action<ConversationChange>? Changed;

    public void Raise(ConversationChange change) => Changed?.Invoke(change);
}
