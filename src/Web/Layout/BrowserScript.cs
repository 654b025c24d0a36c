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

    /// <summary>Loads a module of wwwroot/js (`name` without its ending) and calls its `attach` with the component's root element. OperationCanceledException where the component left the page meanwhile, which a renderer takes for what it is.</summary>
    public static Task<BrowserScript> AttachAsync(IJSRuntime js, string name, ElementReference root) => TieAsync<object>(js, name, root, page: null, []);

    /// <summary>The same for a script that calls the component back: `attach` gets the root element, the component, and what else is given.</summary>
    public static Task<BrowserScript> AttachAsync<TPage>(IJSRuntime js, string name, ElementReference root, TPage page, params object?[] more)
        where TPage : class
    {
        var reference = DotNetObjectReference.Create(page);
        return TieAsync(js, name, root, reference, [reference, .. more]);
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
    private static async Task<BrowserScript> TieAsync<TPage>(IJSRuntime js, string name, ElementReference root, DotNetObjectReference<TPage>? page, object?[] more)
        where TPage : class
    {
        IJSObjectReference? module = null;
        try
        {
            module = await js.InvokeAsync<IJSObjectReference>("import", $"./js/{name}.js");
            return new BrowserScript(module, await module.InvokeAsync<IJSObjectReference>("attach", [root, .. more]), page);
        }
        catch (Exception error)
        {
            page?.Dispose();
            await LetGoAsync(module);
            if (error is JSException && !await js.InvokeAsync<bool>("Boolean", root)) // an element that is gone arrives there as null
            {
                throw new OperationCanceledException($"The component left the page before '{name}' was tied to it.", error);
            }
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
