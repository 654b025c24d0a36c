using Microsoft.JSInterop;
using Platform.Agents.Runs;

namespace Platform.Web.Features.Chat;

/// <summary>Asking: new questions, again, wider, stop.</summary>
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

        try
        {
            conversation ??= await conversations.CreateAsync(caller, chosen, gone.Token);
            var run = await runs.StartAsync(caller, new StartRun(Guid.NewGuid(), conversation.Id, question.Trim()), gone.Token);
            messages.Add(MessageModel.Asked(run, question.Trim()));
            live = MessageModel.Live(run);
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
            await script.PutAsync(text);
        }
    }

    private async Task AskAsync(string question)
    {
        if (await SendAsync(question) && script is not null)
        {
            await script.ToBottomAsync();
        }
    }

    private Task AgainAsync(MessageModel answer)
    {
        var at = messages.IndexOf(answer);
        var question = messages.Take(at).LastOrDefault(m => m.IsUser);
        return question is null ? Task.CompletedTask : AskAsync(question.Text);
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
