using Platform.Retrieval;

namespace Platform.Web.Features.Chat;

/// <summary>One conversation in several windows: each shows what the others asked.</summary>
public sealed partial class ChatPage
{
    private void Tell()
    {
        if (conversation is not null)
        {
            window.Signals.Raise(new ConversationChange(caller.UserId, conversation.Id, this));
        }
    }

    private void Happened(ConversationChange change)
    {
        if (!ReferenceEquals(change.By, this) && change.ConversationId == conversation?.Id)
        {
            _ = InvokeAsync(ReadAgainAsync);
        }
    }

    // Takes over what is stored now. An answer that is followed here stays as it is, and one that began elsewhere is followed.
    private async Task ReadAgainAsync()
    {
        if (conversation is not { } open)
        {
            return;
        }
        try
        {
            var now = await conversations.GetAsync(caller, open.Id, gone.Token);
            var stored = await conversations.MessagesAsync(caller, open.Id, gone.Token);
            if (starting || conversation?.Id != open.Id || (live is not null && stored.All(m => m.Id != live.Id)))
            {
                return; // another conversation was opened meanwhile, or a question asked here
            }
            (conversation, chosen) = (now, now.BaseIds);
            if (now.Subject != subject)
            {
                await ReadSubjectAsync(now.Subject);
            }
            var newer = MessageModel.Renewed(messages, stored);
            messages.Clear();
            messages.AddRange(newer);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            return;
        }
        catch (NotFoundException)
        {
            Unfollow();
            messages.Clear();
            (conversation, missing, opened, card) = (null, true, null, null);
        }
        catch (Exception error)
        {
            window.Log.LogWarning(error, "A conversation could not be read again");
            return; // what is shown stays; asking says what is wrong
        }

        opened = opened is { } source && messages.Contains(source.Message) ? opened : null;
        card = card is { } place && messages.Contains(place.Message) ? card : null;
        if (live is null && messages.LastOrDefault(m => m.Running) is { } begun)
        {
            live = begun;
            _ = FollowAsync(begun);
        }
        StateHasChanged();
    }
}
