using Microsoft.JSInterop;
using Platform.Agents.Runs;
using Platform.Retrieval;

namespace Platform.Web.Features.Chat;

/// <summary>Asking: new questions, again, otherwise, wider, stop.</summary>
public sealed partial class ChatPage
{
    /// <summary>Most characters a box for a question takes: more than a question may have, so that what is pasted is refused with a sentence and not cut without a word.</summary>
    public const int MostTyped = 4 * RunAgent.MaxQuestionLength;

    /// <summary>Sends a question, or queues it behind the answer that is being written; called by the composer's script. False keeps the text in the composer.</summary>
    [JSInvokable]
    public async Task<bool> SendAsync(string question)
    {
        if (string.IsNullOrWhiteSpace(question))
        {
            return false;
        }
        var text = question.Trim();
        await ReadAgainAsync(); // another window may have asked meanwhile
        if (missing)
        {
            return false; // deleted there, which the page says now
        }
        if (live is not null)
        {
            var all = queued is null ? text : $"{queued}\n{text}";
            if (IsTooLong(all))
            {
                return false;
            }
            queued = all;
            StateHasChanged();
            return true;
        }
        return !IsTooLong(text) && await StartAsync(text, versionOf: null);
    }

    private bool IsTooLong(string question)
    {
        if (question.Length <= RunAgent.MaxQuestionLength)
        {
            return false;
        }
        window.Toasts.Error(Texts["QuestionTooLong", question.Length, RunAgent.MaxQuestionLength]);
        StateHasChanged();
        return true;
    }

    // False when it was not taken; what is wrong has been said then. A version of a message takes its place, and what followed it is shown no more.
    private async Task<bool> StartAsync(string question, MessageModel? versionOf)
    {
        (starting, sending) = (true, versionOf is null ? MessageModel.Sending(question) : null);
        StateHasChanged(); // what follows may take its time where the program has just started
        try
        {
            bases = await knowledge.ListAsync(caller, gone.Token);
            await ReadSubjectAsync(subject);
            if (SubjectGone || (BasesGone && agent is null && !subject.WithoutDocuments))
            {
                window.Toasts.Error(SubjectGone ? GoneSentence : Texts["BasesGoneText"]);
                return false;
            }
            var run = await StartRunAsync(question, versionOf);
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
            live = MessageModel.Live(run, versionOf is { IsUser: false } ? versionOf.Versions : [], agent?.Definition.Name ?? "");
            messages.Add(live);
            conversation = await conversations.GetAsync(caller, run.ConversationId, gone.Token);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            window.Log.LogWarning(error, "A question was not taken");
            window.Toasts.Error(Refusal(error), error.Message);
            return false;
        }
        finally
        {
            (starting, sending) = (false, null);
            StateHasChanged();
        }

        announcement = Texts["Answering"];
        _ = FollowAsync(live);
        Tell();
        if (shown is null)
        {
            shown = conversation.Id;
            window.Navigation.NavigateTo($"/chat/{conversation.Id}");
            await (script?.CallAsync("nameDraft", $"{conversation.Id}") ?? ValueTask.CompletedTask);
        }
        StateHasChanged();
        return true;
    }

    // A conversation begins with its first question: where that is refused, none is left.
    private async Task<RunInfo> StartRunAsync(string question, MessageModel? versionOf)
    {
        var asked = conversation ?? await conversations.CreateAsync(caller, chosen, gone.Token, subject: subject);
        try
        {
            var run = await runs.StartAsync(caller, await StartOfAsync(asked.Id, question, versionOf), gone.Token);
            conversation = asked;
            return run;
        }
        catch when (conversation is null)
        {
            await conversations.DeleteAsync(caller, asked.Id, CancellationToken.None);
            throw;
        }
    }

    private string Refusal(Exception error) => error switch
    {
        RunConflictException => Texts["AlreadyAnswering"],
        RunException failed => Texts[$"ErrorText_{failed.Kind}"],
        NotFoundException => Texts["GoneText"],
        ArgumentException => Texts["QuestionRefused", RunAgent.MaxQuestionLength],
        _ => Texts["NotSent"],
    };

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

    // An agent calls its tools anew: where those changed something, that is asked first.
    private async Task AgainAsync(MessageModel answer)
    {
        if (answer.RunId is { } run && !await Anew.AllowAsync(caller, run, confirm, gone.Token))
        {
            return;
        }
        if (live is null && !starting && messages.IndexOf(answer) is var at and >= 0 && messages.Take(at).LastOrDefault(m => m.IsUser) is { } question)
        {
            await StartAsync(question.Text, answer);
        }
    }

    private async Task ShowVersionAsync(Guid messageId)
    {
        if (conversation is not null && live is null)
        {
            await TryAsync(async () =>
            {
                await conversations.ShowVersionAsync(caller, conversation.Id, messageId, gone.Token);
                var stored = await conversations.MessagesAsync(caller, conversation.Id, gone.Token);
                (opened, card) = (null, null);
                messages.Clear();
                messages.AddRange(stored.Select(MessageModel.Of));
                Tell();
            });
        }
    }

    private async Task WidenAsync(MessageModel answer)
    {
        if (await ChooseAsync(AllBases))
        {
            await AgainAsync(answer);
        }
    }

    private Task<bool> ChooseAsync(IReadOnlyList<Guid> baseIds) => TryAsync(async () =>
    {
        if (conversation is not null)
        {
            await conversations.SetBasesAsync(caller, conversation.Id, baseIds, gone.Token);
        }
        chosen = baseIds;
        if (conversation is null)
        {
            suggestions = await ideas.ForAsync(caller, chosen.Count > 0 ? chosen : AllBases, Texts, gone.Token);
        }
    });

    /// <summary>Stops the answer that is being written; also Esc in the page.</summary>
    private async Task StopAsync()
    {
        if (live?.RunId is { } run)
        {
            await TryAsync(() => runs.CancelAsync(caller, run, gone.Token));
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

    // False when it could not be done; that has been said then.
    private async Task<bool> TryAsync(Func<Task> change)
    {
        try
        {
            await change();
            return true;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            window.Log.LogWarning(error, "A change of a conversation failed");
            window.Toasts.Error(Texts["ChangeFailed"], error.Message);
            return false;
        }
    }

    /// <summary>The browser refused to copy a listing.</summary>
    [JSInvokable]
    public void CopyRefused() => window.Clipboard.SayRefused();

    /// <summary>Ctrl+/.</summary>
    [JSInvokable]
    public Task ShowShortcutsAsync() => shortcuts?.ShowAsync() ?? Task.CompletedTask;
}
