using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Platform.Retrieval;
using Platform.Web.Layout;

namespace Platform.Web.Features.Datasets;

/// <summary>What the datasets' pages need of the browser window they live in.</summary>
public sealed class DatasetsWindow(IJSRuntime js, NavigationManager navigation, Toasts toasts, TimeProvider time, ILogger<DatasetsWindow> log)
{
    public IJSRuntime Js => js;

    public NavigationManager Navigation => navigation;

    public Toasts Toasts => toasts;

    public TimeProvider Time => time;

    public ILogger Log => log;

    /// <summary>Does something with a dataset that is shown.</summary>
    /// <param name="look">Looks at it again, where it, or what of it was meant, was deleted meanwhile in another window: the page then says what is not there any more.</param>
    public static async Task UnlessGoneAsync(Func<Task> work, Func<Task> look)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(look);
        try
        {
            await work();
        }
        catch (NotFoundException)
        {
            await look();
        }
    }

    /// <summary>Streams a text to the person's disk. What a page alone knows needs no address.</summary>
    public async Task SaveAsync(string name, string text)
    {
        using DotNetStreamReference content = new(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        await js.InvokeVoidAsync("platform.save", name, content);
    }
}
