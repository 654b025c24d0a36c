using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Platform.Web.Features.Knowledge;

/// <summary>The script that sends files over HTTP and tells the page how far it is.</summary>
public sealed class UploadScript : IAsyncDisposable
{
    private readonly DotNetObjectReference<BasePage> page;
    private readonly IJSObjectReference module;
    private readonly IJSObjectReference attached;

    private UploadScript(DotNetObjectReference<BasePage> page, IJSObjectReference module, IJSObjectReference attached) =>
        (this.page, this.module, this.attached) = (page, module, attached);

    /// <summary>Loads the script and ties it to the page's root element. `limit` is the largest file, bytes.</summary>
    public static async Task<UploadScript> AttachAsync(IJSRuntime js, ElementReference root, BasePage page, string address, long limit)
    {
        var reference = DotNetObjectReference.Create(page);
        var module = await js.InvokeAsync<IJSObjectReference>("import", "./js/upload.js");
        return new UploadScript(reference, module, await module.InvokeAsync<IJSObjectReference>("attach", root, reference, address, limit));
    }

    /// <summary>What to do with a file that the base already holds: skip, replace or keep_both; with `all`, with every later one too.</summary>
    public ValueTask DecideAsync(int key, string choice, bool all) => attached.InvokeVoidAsync("decide", key, choice, all);

    public ValueTask CancelAsync(int key) => attached.InvokeVoidAsync("cancel", key);

    public ValueTask AgainAsync(int key) => attached.InvokeVoidAsync("again", key);

    public ValueTask ForgetAsync(int[] keys) => attached.InvokeVoidAsync("forget", keys);

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
