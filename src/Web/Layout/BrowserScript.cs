using Microsoft.JSInterop;

namespace Platform.Web.Layout;

/// <summary>A script module that a component has loaded and tied to its page: the object that its `attach` gave, with a `detach`.</summary>
public sealed class BrowserScript : IAsyncDisposable
{
    private readonly IJSObjectReference module;
    private readonly IJSObjectReference attached;

    private BrowserScript(IJSObjectReference module, IJSObjectReference attached) => (this.module, this.attached) = (module, attached);

    /// <summary>Loads a module of wwwroot/js (`name` without its ending) and calls its `attach`.</summary>
    public static async Task<BrowserScript> AttachAsync(IJSRuntime js, string name, params object?[] arguments)
    {
        var module = await js.InvokeAsync<IJSObjectReference>("import", $"./js/{name}.js");
        return new BrowserScript(module, await module.InvokeAsync<IJSObjectReference>("attach", arguments));
    }

    /// <summary>Calls a function of the object that `attach` gave.</summary>
    public ValueTask CallAsync(string function, params object?[] arguments) => attached.InvokeVoidAsync(function, arguments);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await attached.InvokeVoidAsync("detach");
            await attached.DisposeAsync();
            await module.DisposeAsync();
        }
        catch (Exception error) when (error is JSDisconnectedException or OperationCanceledException)
        {
            // The browser is gone, and the script with it.
            return;
        }
    }
}
