using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Platform.Web.Features.Chat;

/// <summary>The page's script: the composer, the scroll position, and what a pointer does on a mark.</summary>
public sealed class ChatScript : IAsyncDisposable
{
    private readonly DotNetObjectReference<ChatPage> page;
    private readonly IJSObjectReference module;
    private readonly IJSObjectReference attached;

    private ChatScript(DotNetObjectReference<ChatPage> page, IJSObjectReference module, IJSObjectReference attached) =>
        (this.page, this.module, this.attached) = (page, module, attached);

    /// <summary>Loads the script and ties it to the page's root element.</summary>
    public static async Task<ChatScript> AttachAsync(IJSRuntime js, ElementReference root, ChatPage page)
    {
        var reference = DotNetObjectReference.Create(page);
        var module = await js.InvokeAsync<IJSObjectReference>("import", "./js/chat.js");
        return new ChatScript(reference, module, await module.InvokeAsync<IJSObjectReference>("attach", root, reference));
    }

    /// <summary>Keeps what is typed and not sent apart for each conversation.</summary>
    public ValueTask UseDraftAsync(Guid? conversation) => attached.InvokeVoidAsync("useDraft", conversation?.ToString() ?? "new");

    /// <summary>Puts a text into the composer, after what is there.</summary>
    public ValueTask PutAsync(string text) => attached.InvokeVoidAsync("put", text);

    public ValueTask ToBottomAsync() => attached.InvokeVoidAsync("toBottom");

    public async ValueTask DisposeAsync()
    {
        try
        {
            await attached.InvokeVoidAsync("detach");
            await attached.DisposeAsync();
            await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and the script with it: only this side is left to let go.
            page.Dispose();
            return;
        }
        page.Dispose();
    }
}
