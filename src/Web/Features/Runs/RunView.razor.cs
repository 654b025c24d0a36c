using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;
using Platform.Agents.Answering;
using Platform.Agents.Conversations;
using Platform.Agents.Forking;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Web.Features.Chat;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Runs;

/// <summary>One run: what came of it, what it was, and all that it did. The page only follows; leaving it changes nothing.</summary>
public sealed partial class RunView(RunArchive archive, RunAgent runs, RunFork forks, RunRemoval removal, ConversationLibrary conversations, CurrentCaller current, RunWindow window) : IAsyncDisposable
{
    // Characters: of a heading, and of a question that stands open below it.
    private const int MostOfTitle = 160, FoldedFrom = 400;

    private static readonly TimeSpan DrawDelay = TimeSpan.FromMilliseconds(80);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource gone = new();
    private ElementReference root;
    private BrowserScript? script;
    private Caller caller = default!;
    private RunRecord? record;
    private MessageModel? message;
    private ForkDialog? fork;
    private SaveTestDialog? save;
    private CompareDialog? compare;
    private ConfirmDialog? confirm;
    private CardPlace? card;
    private RunTab tab;
    private int? opened;
    private bool missing, busy, drawing;

    [Parameter, EditorRequired] public Guid RunId { get; set; }

    /// <summary>The view that the address asks for.</summary>
    [SupplyParameterFromQuery(Name = "tab")] public string? Tab { get; set; }

    [Inject] private IStringLocalizer<RunsTexts> Texts { get; set; } = default!;

    [Inject] private WritesAnew Anew { get; set; } = default!;

    private RunTrace? trace => message?.Trace;

    private bool IsOwn => record?.Listed.OwnerId == caller.UserId;

    private string OneLine => record?.Listed.Question.ReplaceLineEndings(" ").Trim() ?? "";

    private string Title => ShortText.Of(OneLine, MostOfTitle);

    // Of the tokens that a prompt is shown as: empty for the model that answers by default.
    private string Model => trace?.Usage?.Usage.Model is { Length: > 0 } used ? used : record?.Agent?.Definition.Model.Id is { Length: > 0 } set ? set : record?.Listed.Model ?? "";

    private string Adapters => string.Join(", ", (record?.Agent?.Definition.Model.Adapters ?? []).Select(RunWords.Adapter));

    // No tool is called in it: its calls come to what they came to in another run.
    private bool IsRecorded => record?.Agent?.Recorded is not null;

    private TimeSpan Worked => trace is null ? TimeSpan.Zero : trace.Clock.At(trace.EndedAt ?? window.Time.GetUtcNow());

    protected override async Task OnInitializedAsync()
    {
        caller = await current.GetAsync();
        tab = Enum.TryParse<RunTab>(Tab, ignoreCase: true, out var wanted) ? wanted : RunTab.Result;
        try
        {
            record = await archive.GetAsync(caller, RunId, gone.Token);
            message = MessageModel.Live(record.Listed.Run, [], record.Listed.Agent);
            foreach (var happened in await archive.EventsAsync(caller, RunId, gone.Token))
            {
                message.Apply(happened);
            }
            _ = FollowAsync(message);
            _ = Looking.EveryAsync(Second, window.Time, window.Log, TickAsync, gone.Token);
        }
        catch (NotFoundException)
        {
            missing = true;
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            script = await BrowserScript.AttachAsync(window.Js, "marks", root, this);
        }
    }

    private async Task FollowAsync(MessageModel followed)
    {
        try
        {
            await foreach (var happened in archive.FollowAsync(caller, RunId, followed.LastSeq, gone.Token))
            {
                followed.Apply(happened);
                _ = DrawSoonAsync();
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            return; // the page was left; the run goes on
        }
        catch (Exception error)
        {
            window.Log.LogError(error, "Following run {Run} broke off", RunId);
            followed.BreakOff(RunErrorKind.Failed);
        }
        StateHasChanged();
    }

    // Times and bars go on between events.
    private Task<bool> TickAsync()
    {
        if (trace is { EndedAt: null, Clock.IsWaiting: false })
        {
            StateHasChanged();
        }
        return Task.FromResult(trace is null or { EndedAt: null });
    }

    private async Task DrawSoonAsync()
    {
        if (drawing)
        {
            return;
        }
        drawing = true;
        await Task.Delay(DrawDelay, window.Time, gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        drawing = false;
        if (!gone.IsCancellationRequested)
        {
            StateHasChanged();
        }
    }

    private Task StopAsync() => TryAsync(() => runs.CancelAsync(caller, RunId, gone.Token));

    /// <summary>The same once more, as a further version of the answer. What changed something is called anew: that is asked first.</summary>
    private async Task AgainAsync()
    {
        if (IsRecorded || await Anew.AllowAsync(caller, RunId, confirm, gone.Token))
        {
            await TryAsync(StartAgainAsync, leaves: true);
        }
    }

    private async Task StartAgainAsync()
    {
        var run = record!.Listed.Run;
        var again = record.Agent is not null
            ? await forks.ForkAsync(caller, RunId, new ForkRun(Guid.NewGuid(), Recorded: IsRecorded), gone.Token)
            : await runs.StartAsync(caller, new StartRun(Guid.NewGuid(), run.ConversationId, record.Listed.Question, record.Mode, run.AssistantMessageId, Model: record.Listed.Model), gone.Token);
        window.Navigation.NavigateTo($"/runs/{again.Id}");
    }

    /// <summary>A run goes with its conversation: what it asked and answered is part of that.</summary>
    private async Task DeleteAsync()
    {
        var conversation = record!.Listed.Run.ConversationId;
        var runsInIt = (await archive.ListAsync(caller, new(ConversationId: conversation), 0, 1, gone.Token)).Total;
        var text = record.IsListed ? Texts.Count("DeleteInChat", runsInIt) : Texts.Count("DeleteInThread", runsInIt);
        if (confirm is not null && await confirm.AskAsync(new Confirmation(Texts["DeleteRunTitle"], text, Texts["Delete"]) { Danger = true }))
        {
            await TryAsync(async () =>
            {
                await (record.IsListed ? conversations.DeleteAsync(caller, conversation, CancellationToken.None) : removal.DeleteThreadAsync(caller, conversation, CancellationToken.None));
                window.Navigation.NavigateTo("/runs");
            }, leaves: true);
        }
    }

    /// <param name="leaves">The page is left when it is done: a second click would do it again.</param>
    private async Task TryAsync(Func<Task> act, bool leaves = false)
    {
        if (busy)
        {
            return; // clicked twice
        }
        busy = true;
        try
        {
            await act();
            busy = leaves;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            busy = false;
            window.Log.LogWarning(error, "Run {Run} could not be stopped or done again", RunId);
            window.Toasts.Error(error is RunConflictException ? Texts["ConversationBusy"] : Texts["ActionFailed"], error.Message);
        }
    }

    /// <summary>Shows the card of a citation mark; called after the pointer or the focus has rested on it.</summary>
    [JSInvokable]
    public void ShowCard(Guid messageId, int n, MarkBox at)
    {
        card = message is { } shown && shown.Citations.FirstOrDefault(c => c.N == n) is { } cited ? new CardPlace(shown, cited, at) : null;
        StateHasChanged();
    }

    [JSInvokable]
    public void HideCardSoon()
    {
        card = null;
        StateHasChanged();
    }

    /// <summary>Opens the source of a mark that was clicked.</summary>
    [JSInvokable]
    public void OpenMark(Guid messageId, int n)
    {
        Open(n);
        StateHasChanged();
    }

    private void Open(int n)
    {
        var index = message?.Citations.TakeWhile(c => c.N != n).Count() ?? 0;
        (opened, card) = (index < message?.Citations.Count ? index : null, null);
    }

    private void Step(int by)
    {
        if (opened + by is { } next && next >= 0 && next < message?.Citations.Count)
        {
            opened = next;
        }
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
