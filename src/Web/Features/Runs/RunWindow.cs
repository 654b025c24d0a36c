using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Platform.Web.Layout;

namespace Platform.Web.Features.Runs;

/// <summary>What a run's page needs of the browser window it lives in.</summary>
public sealed class RunWindow(IJSRuntime js, NavigationManager navigation, Toasts toasts, TimeProvider time, ILogger<RunWindow> log)
{
    public IJSRuntime Js => js;

    public NavigationManager Navigation => navigation;

    public Toasts Toasts => toasts;

    public TimeProvider Time => time;

    public ILogger Log => log;
}
