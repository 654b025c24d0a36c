namespace Platform.Web.Features.Chat;

/// <summary>Tells the parts of one open window that a conversation began, changed or ended, so that the list need not wait for its next look.</summary>
public sealed class ConversationSignals
{
    public event Action? Changed;

    public void Raise() => Changed?.Invoke();
}
