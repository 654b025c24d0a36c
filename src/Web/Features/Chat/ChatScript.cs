using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Platform.Web.Layout;

namespace Platform.Web.Features.Chat;

/// <summary>The page's script: the composer, the scroll position, and what a pointer does on a mark.</summary>
public sealed class ChatScript : IAsyncDisposable
{
    private readonly DotNetObjectReference<ChatPage> page;
    private readonly BrowserScript script;

    private ChatScript(DotNetObjectReference<ChatPage> page, BrowserScript script) => (this.page, this.script) = (page, script);

    /// <summary>Ties the script to the page's root element.</summary>
    public static async Task<ChatScript> AttachAsync(IJSRuntime js, ElementReference root, ChatPage page)
    {
        var reference = DotNetObjectReference.Create(page);
        return new ChatScript(reference, await BrowserScript.AttachAsync(js, "chat", root, reference));
    }

    /// <summary>Keeps what is typed and not sent apart for each conversation.</summary>
    public ValueTask UseDraftAsync(Guid? conversation) => script.CallAsync("useDraft", conversation?.ToString() ?? "new");

    /// <summary>Puts a text into the composer, after what is there.</summary>
    public ValueTask PutAsync(string text) => script.CallAsync("put", text);

    public ValueTask ToBottomAsync() => script.CallAsync("toBottom");

    public async ValueTask DisposeAsync()
    {
        await script.DisposeAsync();
        page.Dispose();
    }
}
