using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Platform.Web.Layout;

namespace Platform.Web.Features.Chat;

/// <summary>What a chat page needs of the browser window it lives in.</summary>
public sealed class ChatWindow(IJSRuntime js, NavigationManager navigation, Toasts toasts, Clipboard clipboard, ConversationSignals signals, TimeProvider time, ILogger<ChatWindow> log)
{
    public IJSRuntime Js => js;

    public NavigationManager Navigation => navigation;

    public Toasts Toasts => toasts;

    public Clipboard Clipboard => clipboard;

    public ConversationSignals Signals => signals;

    public TimeProvider Time => time;

    public ILogger Log => log;
}
