using Microsoft.JSInterop;
using Platform.Agents.Runs;

namespace Platform.Web.Features.Chat;

/// <summary>Asking: new questions, again, otherwise, wider, stop.</summary>
public sealed partial class ChatPage
{
    /// <summary>Sends a question, or queues it behind the answer that is being written; called by the composer's script. False keeps the text in the composer.</summary>
    [JSInvokable]
    public async Task<bool> SendAsync(string question)
    {
        if (string.IsNullOrWhiteSpace(question))
        {
            return false;
        }
        if (live is not null)
        {
            queued = queued is null ? question.Trim() : $"{queued}\n{question.Trim()}";
            StateHasChanged();
            return true;
        }
        return await StartAsync(question.Trim(), versionOf: null);
    }

    // False when it was not taken; what is wrong has been said then. A version of a message takes its place, and what followed it is shown no more.
    private async Task<bool> StartAsync(string question, MessageModel? versionOf)
    {
        try
        {
            conversation ??= await conversations.CreateAsync(caller, chosen, gone.Token);
            var run = await runs.StartAsync(caller, new StartRun(Guid.NewGuid(), conversation.Id, question, VersionOf: versionOf?.Id), gone.Token);
            if (versionOf is not null)
            {
                var place = messages.FindIndex(m => m.Id == versionOf.Id);
                messages.RemoveRange(place, messages.Count - place);
                (opened, card) = (null, null);
            }
            if (versionOf is not { IsUser: false })
            {
                messages.Add(MessageModel.Asked(run, question, versionOf?.Versions ?? []));
            }
            live = MessageModel.Live(run, versionOf is { IsUser: false } ? versionOf.Versions : []);
            messages.Add(live);
            conversation = await conversations.GetAsync(caller, conversation.Id, gone.Token);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            window.Log.LogWarning(error, "A question was not taken");
            window.Toasts.Error(error is ArgumentException or RunConflictException ? error.Message : Texts["NotSent"], error.Message);
            return false;
        }

        announcement = Texts["Answering"];
        _ = FollowAsync(live);
        window.Signals.Raise();
        if (shown is null)
        {
            shown = conversation.Id;
            window.Navigation.NavigateTo($"/chat/{conversation.Id}");
        }
        StateHasChanged();
        return true;
    }

    private async Task SendQueuedAsync()
    {
        if (queued is { } next && live is null)
        {
            queued = null;
            if (!await SendAsync(next))
            {
                queued = next;
                StateHasChanged();
            }
        }
    }

    private async Task EditQueuedAsync()
    {
        if (queued is { } text && script is not null)
        {
            queued = null;
            await script.CallAsync("put", text);
        }
    }

    private async Task AskAsync(string question)
    {
        if (await SendAsync(question) && script is not null)
        {
            await script.CallAsync("toBottom");
        }
    }

    private Task AgainAsync(MessageModel answer)
    {
        var at = messages.IndexOf(answer);
        var question = messages.Take(at).LastOrDefault(m => m.IsUser);
        return question is null ? Task.CompletedTask : StartAsync(question.Text, answer);
    }

    private async Task ShowVersionAsync(Guid messageId)
    {
        if (conversation is not null && live is null)
        {
            await conversations.ShowVersionAsync(caller, conversation.Id, messageId, gone.Token);
            (opened, card) = (null, null);
            messages.Clear();
            messages.AddRange((await conversations.MessagesAsync(caller, conversation.Id, gone.Token)).Select(MessageModel.Of));
        }
    }

    private async Task WidenAsync(MessageModel answer)
    {
        await ChooseAsync([.. bases.Select(b => b.Id)]);
        await AgainAsync(answer);
    }

    private async Task ChooseAsync(IReadOnlyList<Guid> baseIds)
    {
        chosen = baseIds;
        if (conversation is not null)
        {
            await conversations.SetBasesAsync(caller, conversation.Id, baseIds, gone.Token);
        }
        else
        {
            suggestions = await ideas.ForAsync(caller, chosen, Texts, gone.Token);
        }
    }

    /// <summary>Stops the answer that is being written; also Esc in the page.</summary>
    private async Task StopAsync()
    {
        if (live?.RunId is { } run)
        {
            await runs.CancelAsync(caller, run, gone.Token);
        }
    }

    /// <summary>Esc: closes what lies on top, else stops.</summary>
    [JSInvokable]
    public async Task EscapeAsync()
    {
        if (card is not null)
        {
            HideCard();
        }
        else if (opened is not null)
        {
            CloseViewer();
        }
        else
        {
            await StopAsync();
        }
        StateHasChanged();
    }

    /// <summary>Ctrl+/.</summary>
    [JSInvokable]
    public Task ShowShortcutsAsync() => shortcuts?.ShowAsync() ?? Task.CompletedTask;
}
