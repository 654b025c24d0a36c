using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Platform.Web.Layout;

/// <summary>A script module that a component has loaded and tied to its page: the object that its `attach` gave, with a `detach`.</summary>
public sealed class BrowserScript : IAsyncDisposable
{
    private readonly IJSObjectReference module;
    private readonly IJSObjectReference attached;
    private readonly IDisposable? page;

    private BrowserScript(IJSObjectReference module, IJSObjectReference attached, IDisposable? page) => (this.module, this.attached, this.page) = (module, attached, page);

    /// <summary>Loads a module of wwwroot/js (`name` without its ending) and calls its `attach` with the component's root element.</summary>
    public static Task<BrowserScript> AttachAsync(IJSRuntime js, string name, ElementReference root) => TieAsync<object>(js, name, page: null, [root]);

    /// <summary>The same for a script that calls the component back: `attach` gets the root element, the component, and what else is given.</summary>
    public static Task<BrowserScript> AttachAsync<TPage>(IJSRuntime js, string name, ElementReference root, TPage page, params object?[] more)
        where TPage : class
    {
        var reference = DotNetObjectReference.Create(page);
        return TieAsync(js, name, reference, [root, reference, .. more]);
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
        catch (Exception error) when (IsGone(error))
        {
            return; // the browser left, and the script with it
        }
        finally
        {
            page?.Dispose();
        }
    }

    // What was taken on the way is let go again when the script cannot be tied.
    private static async Task<BrowserScript> TieAsync<TPage>(IJSRuntime js, string name, DotNetObjectReference<TPage>? page, object?[] arguments)
        where TPage : class
    {
        IJSObjectReference? module = null;
        try
        {
            module = await js.InvokeAsync<IJSObjectReference>("import", $"./js/{name}.js");
            return new BrowserScript(module, await module.InvokeAsync<IJSObjectReference>("attach", arguments), page);
        }
        catch
        {
            page?.Dispose();
            await LetGoAsync(module);
            throw;
        }
    }

    private static async Task LetGoAsync(IJSObjectReference? module)
    {
        try
        {
            await (module?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (Exception error) when (IsGone(error))
        {
            return; // with the browser
        }
    }

    private static bool IsGone(Exception error) => error is JSDisconnectedException or OperationCanceledException;
}
