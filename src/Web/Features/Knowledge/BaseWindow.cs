using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Platform.Web.Layout;

namespace Platform.Web.Features.Knowledge;

/// <summary>What a knowledge page needs of the browser window it lives in.</summary>
public sealed class BaseWindow(IJSRuntime js, NavigationManager navigation, Toasts toasts, TimeProvider time, ILogger<BaseWindow> log)
{
    public IJSRuntime Js => js;

    public NavigationManager Navigation => navigation;

    public Toasts Toasts => toasts;

    public TimeProvider Time => time;

    public ILogger Log => log;
}
