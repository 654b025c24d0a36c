using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;
using Platform.Agents.Acting;
using Platform.Agents.Conversations;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Web.Features.Chat;
using Platform.Web.Features.Runs;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Agents.Trying;

/// <summary>A chat with what stands in the form, saved or not. Its conversations are in nobody's list; its runs are runs like others.</summary>
public sealed partial class TestChat(RunAgent runs, ConversationLibrary conversations, ChatSubjects subjects, CurrentCaller current, CurrentAsker asking, AgentsWindow window)
{
    private static readonly TimeSpan DrawDelay = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource gone = new();
    private readonly List<MessageModel> messages = [];
    private ElementReference root;
    private BrowserScript? script;
    private Caller caller = default!;
    private Guid? conversation;
    private MessageModel? live, opened, sending;
    private CardPlace? card;
    private ConfirmDialog? confirm;
    private int openedAt;
    private bool ready, starting, drawing;

    [Parameter, EditorRequired] public Agent Agent { get; set; } = default!;

    /// <summary>What is tried, from the next question on.</summary>
    [Parameter, EditorRequired] public AgentDefinition Definition { get; set; } = default!;

    /// <summary>Something is wrong with it: it cannot be tried.</summary>
    [Parameter] public bool Faulty { get; set; }

    /// <summary>The model it would run with, where that cannot answer in its own words.</summary>
    [Parameter] public string? Weak { get; set; }

    /// <summary>A trial has ended, however it did.</summary>
    [Parameter] public EventCallback OnEnded { get; set; }

    [Inject] private IStringLocalizer<AgentsTexts> Texts { get; set; } = default!;

    [Inject] private WritesAnew Anew { get; set; } = default!;

    [Inject] private IStringLocalizer<ChatTexts> ChatWords { get; set; } = default!;

    protected override async Task OnInitializedAsync() => caller = await current.GetAsync();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            script = await BrowserScript.AttachAsync(window.Js, "chat", root, this);
            await script.CallAsync("useDraft", $"try-{Agent.Id}");
            await GoOnAsync();
            ready = true;
            StateHasChanged();
        }
    }

    private string Kept => $"tried-{Agent.Id}";

    // With the conversation of before the page was left, as long as the window is the same.
    private async Task GoOnAsync()
    {
        if (!Guid.TryParse(await window.Js.InvokeAsync<string?>("sessionStorage.getItem", gone.Token, Kept), out var before))
        {
            return;
        }
        try
        {
            messages.AddRange((await conversations.MessagesAsync(caller, before, gone.Token)).Select(MessageModel.Of));
            conversation = before;
        }
        catch (NotFoundException)
        {
            await window.Js.InvokeVoidAsync("sessionStorage.removeItem", gone.Token, Kept); // it was deleted
        }
        if (messages is [.., { Running: true } going])
        {
            live = going;
            _ = FollowAsync(going);
        }
    }

    /// <summary>Sends a question; called by the composer's script. False keeps the text there.</summary>
    [JSInvokable]
    public async Task<bool> SendAsync(string question)
    {
        var text = question?.Trim() ?? "";
        return text.Length > 0 && live is null && !starting && !Faulty && await StartAsync(text, versionOf: null);
    }

    private async Task AgainAsync(MessageModel answer)
    {
        if (answer.RunId is { } run && !await Anew.AllowAsync(caller, run, confirm, gone.Token))
        {
            return;
        }
        if (live is null && !starting && messages.IndexOf(answer) is var at and >= 0 && messages.Take(at).LastOrDefault(message => message.IsUser) is { } asked)
        {
            await StartAsync(asked.Text, answer);
        }
    }

    // False when it was not taken; what is wrong has been said then.
    private async Task<bool> StartAsync(string question, MessageModel? versionOf)
    {
        (starting, sending) = (true, versionOf is null ? MessageModel.Sending(question) : null);
        StateHasChanged();
        try
        {
            var definition = Definition;
            DefinitionCheck.Require(definition);
            if (conversation is null)
            {
                conversation = (await conversations.CreateAsync(caller, definition.Knowledge.BaseIds ?? [], gone.Token, listed: false)).Id;
                await window.Js.InvokeVoidAsync("sessionStorage.setItem", gone.Token, Kept, conversation.ToString());
            }
            var asker = await asking.GetAsync();
            AgentTask task = new(Agent.Id, Version: null, definition, asker.Name, caller.IsAdministrator) { TimeZone = asker.TimeZone };
            var run = await runs.StartAsync(caller, new StartRun(Guid.NewGuid(), conversation.Value, question, VersionOf: versionOf?.Id, Agent: task) { Purpose = RunPurpose.Trial }, gone.Token);
            Show(run, question, versionOf);
        }
        catch (Exception refused) when (refused is not OperationCanceledException)
        {
            window.Log.LogWarning(refused, "A question to the draft of agent {Agent} was not taken", Agent.Id);
            window.Toasts.Error(Refusal(refused), refused.Message);
            return false;
        }
        finally
        {
            (starting, sending) = (false, null);
            StateHasChanged();
        }
        _ = FollowAsync(live!);
        StateHasChanged();
        return true;
    }

    private void Show(RunInfo run, string question, MessageModel? versionOf)
    {
        if (versionOf is not null)
        {
            var place = messages.FindIndex(message => message.Id == versionOf.Id);
            messages.RemoveRange(place, messages.Count - place);
        }
        if (versionOf is not { IsUser: false })
        {
            messages.Add(MessageModel.Asked(run, question, versionOf?.Versions ?? []));
        }
        live = MessageModel.Live(run, versionOf is { IsUser: false } ? versionOf.Versions : [], Definition.Name);
        messages.Add(live);
        (opened, card) = (null, null);
    }

    private string Refusal(Exception refused) => refused switch
    {
        RunException failed => ChatWords[$"ErrorText_{failed.Kind}"],
        RunConflictException => ChatWords["AlreadyAnswering"],
        DefinitionException => Texts["TryFaulty"],
        ArgumentException => ChatWords["QuestionRefused", RunAgent.MaxQuestionLength],
        _ => ChatWords["NotSent"],
    };

    private async Task FollowAsync(MessageModel answer)
    {
        try
        {
            await foreach (var happened in runs.FollowAsync(caller, answer.RunId ?? Guid.Empty, answer.LastSeq, gone.Token))
            {
                answer.Apply(happened);
                _ = DrawSoonAsync();
            }
            if (answer.Running)
            {
                answer.BreakOff(RunErrorKind.Interrupted);
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            return; // the page went elsewhere; the run goes on
        }
        catch (Exception error)
        {
            window.Log.LogError(error, "Following run {Run} broke off", answer.RunId);
            answer.BreakOff(RunErrorKind.Failed);
        }
        live = null;
        StateHasChanged();
        await OnEnded.InvokeAsync();
    }

    private async Task DrawSoonAsync()
    {
        if (!drawing)
        {
            drawing = true;
            await Task.Delay(DrawDelay, window.Time, gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            drawing = false;
            if (!gone.IsCancellationRequested)
            {
                StateHasChanged();
            }
        }
    }

    private async Task ShowVersionAsync(Guid messageId)
    {
        if (conversation is { } id && live is null)
        {
            await conversations.ShowVersionAsync(caller, id, messageId, gone.Token);
            messages.Clear();
            messages.AddRange((await conversations.MessagesAsync(caller, id, gone.Token)).Select(MessageModel.Of));
        }
    }

    private async Task ShowTraceAsync(MessageModel message)
    {
        if (message.RunId is { } run)
        {
            message.Show(await subjects.TraceAsync(caller, run, gone.Token));
        }
    }

    // The runs of before stay where runs are listed.
    private async Task BeginAsync()
    {
        messages.Clear();
        (conversation, opened, card) = (null, null, null);
        await window.Js.InvokeVoidAsync("sessionStorage.removeItem", gone.Token, Kept);
    }

    public async ValueTask DisposeAsync()
    {
        await gone.CancelAsync();
        if (script is not null)
        {
            await script.DisposeAsync();
        }
    }
}
