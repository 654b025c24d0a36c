using Microsoft.JSInterop;
using Platform.Web.Features.Chat;

namespace Platform.Web.Features.Agents.Trying;

/// <summary>What the chat's script calls: marks, Esc, copying.</summary>
public sealed partial class TestChat
{
    /// <summary>The pointer or the focus has rested on a mark.</summary>
    [JSInvokable]
    public void ShowCard(Guid messageId, int n, MarkBox at)
    {
        if (Find(messageId) is { } message && message.Citations.FirstOrDefault(citation => citation.N == n) is { } citation)
        {
            card = new CardPlace(message, citation, at);
            StateHasChanged();
        }
    }

    [JSInvokable]
    public void HideCardSoon()
    {
        card = null;
        StateHasChanged();
    }

    /// <summary>A mark was clicked.</summary>
    [JSInvokable]
    public void OpenMark(Guid messageId, int n)
    {
        if (Find(messageId) is { } message && message.Citations.TakeWhile(citation => citation.N != n).Count() is var at && at < message.Citations.Count)
        {
            (opened, openedAt, card) = (message, at, null);
            StateHasChanged();
        }
    }

    /// <summary>Esc closes what lies on top, else stops the run; also the stop button.</summary>
    [JSInvokable]
    public async Task EscapeAsync()
    {
        if (card is not null || opened is not null)
        {
            (card, opened) = (null, null);
        }
        else if (live?.RunId is { } run)
        {
            await runs.CancelAsync(caller, run, gone.Token);
        }
        StateHasChanged();
    }

    /// <summary>The browser refused to copy a listing.</summary>
    [JSInvokable]
    public void CopyRefused() => window.Clipboard.SayRefused();

    /// <summary>The list of shortcuts is the chat page's.</summary>
    [JSInvokable]
    public Task ShowShortcutsAsync() => Task.CompletedTask;

    private MessageModel? Find(Guid messageId) => messages.Find(message => message.Id == messageId);
}
