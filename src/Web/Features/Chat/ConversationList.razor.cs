using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Localization;
using Platform.Agents.Conversations;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Chat;

/// <summary>The person's conversations in the sidebar, looked at again while one of them is being answered.</summary>
public sealed partial class ConversationList(ConversationLibrary library, CurrentCaller current, ChatWindow window) : IDisposable
{
    private static readonly TimeSpan LookWhileRunning = TimeSpan.FromSeconds(1.5);

    private readonly CancellationTokenSource gone = new();
    private readonly HashSet<Guid> unseen = [];
    private IReadOnlyList<Conversation> items = [];
    private IReadOnlyList<ConversationGroup> groups = [];
    private ConfirmDialog? confirm;
    private ElementReference renameBox;
    private Guid? openId, menu, renaming;
    private string wanted = "", title = "", owner = "";
    private bool read, looking, focusRename;

    [Inject] private IStringLocalizer<ChatTexts> Texts { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        window.Signals.Changed += LookAgain;
        window.Navigation.LocationChanged += Moved;
        openId = OpenId();
        owner = (await current.GetAsync()).UserId;
        await ReadAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (focusRename)
        {
            focusRename = false;
            await renameBox.FocusAsync();
        }
    }

    private async Task ReadAsync()
    {
        var caller = await current.GetAsync();
        var before = items.Where(c => c.Running).Select(c => c.Id).ToHashSet();
        var asked = wanted;
        var found = await library.ListAsync(caller, asked.Trim().Length > 0 ? asked.Trim() : null, gone.Token);
        if (asked != wanted)
        {
            return; // more was typed meanwhile, and is being looked for
        }
        items = found;
        // An answer that ended while another conversation was open waits to be seen.
        unseen.UnionWith(items.Where(c => !c.Running && before.Contains(c.Id) && c.Id != openId).Select(c => c.Id));
        groups = ConversationGroup.Of(items, window.Time.GetLocalNow());
        read = true;
        StateHasChanged();
        if (items.Any(c => c.Running) && !looking)
        {
            looking = true;
            _ = LookLaterAsync();
        }
    }

    private async Task LookLaterAsync()
    {
        await Task.Delay(LookWhileRunning, window.Time, gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        looking = false;
        if (!gone.IsCancellationRequested)
        {
            await ReadAsync();
        }
    }

    private void LookAgain(ConversationChange change)
    {
        if (change.OwnerId == owner)
        {
            _ = InvokeAsync(ReadAsync);
        }
    }

    private void Moved(object? sender, LocationChangedEventArgs args)
    {
        openId = OpenId();
        if (openId is { } id)
        {
            unseen.Remove(id);
        }
        menu = null;
        _ = InvokeAsync(StateHasChanged);
    }

    private Guid? OpenId()
    {
        var path = window.Navigation.ToBaseRelativePath(window.Navigation.Uri).Split('?', '#')[0].Split('/');
        return path is ["chat", var id] && Guid.TryParse(id, out var conversation) ? conversation : null;
    }

    private void BeginRename(Conversation item) => (menu, renaming, title, focusRename) = (null, item.Id, item.Title, true);

    private async Task RenameKeyAsync(KeyboardEventArgs key)
    {
        if (key.Key == "Escape")
        {
            renaming = null;
        }
        else if (key.Key == "Enter")
        {
            await RenameAsync();
        }
    }

    private async Task RenameAsync()
    {
        if (renaming is { } id && title.Trim().Length > 0)
        {
            renaming = null;
            await TryAsync(async () => await library.RenameAsync(await current.GetAsync(), id, title.Trim(), gone.Token));
            window.Signals.Raise(new ConversationChange(owner, id, this));
        }
        renaming = null;
    }

    private async Task PinAsync(Conversation item)
    {
        menu = null;
        await TryAsync(async () => await library.PinAsync(await current.GetAsync(), item.Id, !item.Pinned, gone.Token));
        await ReadAsync();
    }

    private async Task DeleteAsync(Conversation item)
    {
        menu = null;
        var name = item.Title.Length > 0 ? item.Title : Texts["Untitled"].Value;
        if (confirm is null || !await confirm.AskAsync(new Confirmation(Texts["DeleteTitle"], Texts["DeleteText", name], Texts["Delete"]) { Danger = true }))
        {
            return;
        }
        await TryAsync(async () => await library.DeleteAsync(await current.GetAsync(), item.Id, gone.Token));
        if (item.Id == openId)
        {
            window.Navigation.NavigateTo("/chat");
        }
        await ReadAsync();
    }

    private async Task TryAsync(Func<Task> change)
    {
        try
        {
            await change();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            window.Log.LogWarning(error, "A conversation could not be changed");
            window.Toasts.Error(Texts["ChangeFailed"], error.Message);
        }
    }

    public void Dispose()
    {
        window.Signals.Changed -= LookAgain;
        window.Navigation.LocationChanged -= Moved;
        gone.Cancel();
    }
}
