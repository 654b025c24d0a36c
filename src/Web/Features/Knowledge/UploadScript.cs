using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Platform.Web.Layout;

namespace Platform.Web.Features.Knowledge;

/// <summary>The script that sends files over HTTP and tells the page how far it is.</summary>
public sealed class UploadScript : IAsyncDisposable
{
    private readonly DotNetObjectReference<BasePage> page;
    private readonly BrowserScript script;

    private UploadScript(DotNetObjectReference<BasePage> page, BrowserScript script) => (this.page, this.script) = (page, script);

    /// <summary>Ties the script to the page's root element. `limit` is the largest file, bytes.</summary>
    public static async Task<UploadScript> AttachAsync(IJSRuntime js, ElementReference root, BasePage page, string address, long limit)
    {
        var reference = DotNetObjectReference.Create(page);
        return new UploadScript(reference, await BrowserScript.AttachAsync(js, "upload", root, reference, address, limit));
    }

    /// <summary>What to do with a file that the base already holds: skip, replace or keep_both; with `all`, with every later one too.</summary>
    public ValueTask DecideAsync(int key, string choice, bool all) => script.CallAsync("decide", key, choice, all);

    public ValueTask CancelAsync(int key) => script.CallAsync("cancel", key);

    public ValueTask AgainAsync(int key) => script.CallAsync("again", key);

    public ValueTask ForgetAsync(int[] keys) => script.CallAsync("forget", keys);

    public async ValueTask DisposeAsync()
    {
        await script.DisposeAsync();
        page.Dispose();
    }
}
