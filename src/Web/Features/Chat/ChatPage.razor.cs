using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Platform.Agents.Conversations;
using Platform.Agents.Runs;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Web.Features.Runs;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Chat;

/// <summary>One conversation. The page only follows: what runs belongs to the server and goes on when the page closes.</summary>
public sealed partial class ChatPage(
    ConversationLibrary conversations, RunAgent runs, KnowledgeBases knowledge, QuestionIdeas ideas, CurrentCaller current, ChatWindow window)
{
    // Text is drawn this long after it came, together with what came meanwhile.
    private static readonly TimeSpan DrawDelay = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource gone = new();
    private readonly List<MessageModel> messages = [];
    private ElementReference root;
    private ShortcutList? shortcuts;
    private ConfirmDialog? confirm;
    private RememberDialog? remember;
    private BrowserScript? script;
    private Caller caller = default!;
    private Conversation? conversation;
    private IReadOnlyList<KnowledgeBase> bases = [];
    private IReadOnlyList<Guid> chosen = [];
    private IReadOnlyList<string> suggestions = [];
    private MessageModel? live, sending;
    private CancellationTokenSource? following;
    private OpenedSource? opened;
    private CardPlace? card;
    private Guid? shown;
    private bool started, ready, starting, loading = true, missing, drawing;
    private string announcement = "";
    private int loads; // two may be under way: the address changed while one was read
    private string? queued;

    [Parameter] public Guid? ConversationId { get; set; }

    [Inject] private IStringLocalizer<ChatTexts> Texts { get; set; } = default!;

    [Inject] private WritesAnew Anew { get; set; } = default!;

    // Nothing chosen means all that the person may read.
    private bool CanWiden => chosen.Count > 0 && bases.Any(b => !chosen.Contains(b.Id));

    private bool BasesGone => !loading && chosen.Count > 0 && !bases.Any(b => chosen.Contains(b.Id));

    private IReadOnlyList<Guid> AllBases => [.. bases.Select(b => b.Id)];

    protected override async Task OnParametersSetAsync()
    {
        if (started && ConversationId == shown)
        {
            return;
        }
        if (!started)
        {
            window.Signals.Changed += Happened;
        }
        started = true;
        shown = ConversationId;
        await LoadAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            script = await BrowserScript.AttachAsync(window.Js, "chat", root, this);
            await UseDraftAsync(ConversationId);
            ready = true;
            StateHasChanged();
        }
    }

    private async Task LoadAsync()
    {
        var (load, wanted) = (++loads, ConversationId);
        Unfollow();
        messages.Clear();
        (conversation, missing, loading, opened, card, suggestions, queued) = (null, false, true, null, null, [], null);
        caller = await current.GetAsync();
        try
        {
            var readable = await knowledge.ListAsync(caller, gone.Token);
            var found = wanted is { } id ? await conversations.GetAsync(caller, id, gone.Token) : null;
            var stored = found is not null ? await conversations.MessagesAsync(caller, found.Id, gone.Token) : [];
            var answers = await LookUpAsync(found?.Subject ?? (Guid.TryParse(AgentWanted, out var agentId) ? new(agentId) : ConversationSubject.Documents));
            if (load != loads)
            {
                return; // another conversation was opened meanwhile: nothing of this one may stand in it
            }
            (bases, conversation) = (readable, found);
            chosen = found?.BaseIds ?? AllBases;
            Know(answers);
            messages.AddRange(stored.Select(MessageModel.Of));
            live = messages.LastOrDefault(m => m.Running);
        }
        catch (NotFoundException)
        {
            if (load != loads)
            {
                return;
            }
            missing = true;
        }
        loading = false;
        await UseDraftAsync(wanted);
        if (load == loads && live is not null)
        {
            _ = FollowAsync(live);
        }
        if (wanted is null)
        {
            var thought = await ideas.ForAsync(caller, chosen, Texts, gone.Token);
            suggestions = load == loads ? thought : suggestions;
        }
    }

    // What is typed and not sent is kept apart for each conversation.
    private ValueTask UseDraftAsync(Guid? id) => script?.CallAsync("useDraft", id?.ToString() ?? "new") ?? ValueTask.CompletedTask;

    private async Task FollowAsync(MessageModel answer)
    {
        following = CancellationTokenSource.CreateLinkedTokenSource(gone.Token);
        var stop = following.Token;
        try
        {
            await foreach (var happened in runs.FollowAsync(caller, answer.RunId ?? Guid.Empty, answer.LastSeq, stop))
            {
                answer.Apply(happened);
                _ = DrawSoonAsync(stop);
            }
            if (answer.Running)
            {
                answer.BreakOff(RunErrorKind.Interrupted);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return; // the page went elsewhere; the run goes on
        }
        catch (Exception error)
        {
            window.Log.LogError(error, "Following run {Run} broke off", answer.RunId);
            answer.BreakOff(RunErrorKind.Failed);
        }

        live = null;
        announcement = Texts[answer.Error is null ? "AnswerFinished" : "AnswerFailed"];
        Tell();
        StateHasChanged();
        await SendQueuedAsync();
    }

    private async Task DrawSoonAsync(CancellationToken stop)
    {
        if (drawing)
        {
            return;
        }
        drawing = true;
        await Task.Delay(DrawDelay, window.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        drawing = false;
        if (!stop.IsCancellationRequested)
        {
            StateHasChanged();
        }
    }

    private void Unfollow()
    {
        following?.Cancel();
        following?.Dispose();
        (following, live) = (null, null);
    }

    public async ValueTask DisposeAsync()
    {
        window.Signals.Changed -= Happened;
        await gone.CancelAsync();
        Unfollow();
        if (script is not null)
        {
            await script.DisposeAsync();
        }
    }
}
