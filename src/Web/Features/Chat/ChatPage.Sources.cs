using Microsoft.JSInterop;
using Platform.Agents.Answering;

namespace Platform.Web.Features.Chat;

/// <summary>Citations: the card beside a mark and the viewer on the right.</summary>
public sealed partial class ChatPage
{
    /// <summary>Shows the card of a mark; called after the pointer or the focus has rested on it.</summary>
    [JSInvokable]
    public void ShowCard(Guid messageId, int n, MarkBox at)
    {
        if (Find(messageId, n) is { } found)
        {
            card = new CardPlace(found.Message, found.Citation, at);
            StateHasChanged();
        }
    }

    [JSInvokable]
    public void HideCardSoon()
    {
        HideCard();
        StateHasChanged();
    }

    /// <summary>Opens the viewer on a mark that was clicked.</summary>
    [JSInvokable]
    public void OpenMark(Guid messageId, int n)
    {
        if (Find(messageId, n) is { } found)
        {
            Open(found.Message, n);
            StateHasChanged();
        }
    }

    private void Open(MessageModel message, int n)
    {
        opened = Find(message.Id, n);
        card = null;
    }

    private void Step(int by)
    {
        if (opened is { } at && at.Index + by is var next && next >= 0 && next < at.Message.Citations.Count)
        {
            opened = new OpenedSource(at.Message, next);
        }
    }

    private void HideCard() => card = null;

    private void CloseViewer() => opened = null;

    private OpenedSource? Find(Guid messageId, int n)
    {
        var message = messages.Find(m => m.Id == messageId);
        var index = message?.Citations.TakeWhile(c => c.N != n).Count() ?? 0;
        return message is not null && index < message.Citations.Count ? new OpenedSource(message, index) : null;
    }

    private sealed record OpenedSource(MessageModel Message, int Index)
    {
        public Citation Citation => Message.Citations[Index];
    }
}
