using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Platform.Web.Layout;

namespace Platform.Web.Features.Agents;

/// <summary>What the agents' pages need of the browser window they live in.</summary>
public sealed class AgentsWindow(IJSRuntime js, NavigationManager navigation, Toasts toasts, Clipboard clipboard, TimeProvider time, ILogger<AgentsWindow> log)
{
    public IJSRuntime Js => js;

    public NavigationManager Navigation => navigation;

    public Toasts Toasts => toasts;

    public Clipboard Clipboard => clipboard;

    public TimeProvider Time => time;

    public ILogger Log => log;
}
