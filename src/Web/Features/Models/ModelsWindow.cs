using Microsoft.JSInterop;
using Platform.Web.Layout;

namespace Platform.Web.Features.Models;

/// <summary>What the models page needs of the browser window it lives in.</summary>
public sealed class ModelsWindow(IJSRuntime js, Toasts toasts, TimeProvider time, ILogger<ModelsWindow> log)
{
    public IJSRuntime Js => js;

    public Toasts Toasts => toasts;

    public TimeProvider Time => time;

    public ILogger Log => log;
}
