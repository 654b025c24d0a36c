using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;

namespace Platform.Web.Layout;

/// <summary>The clipboard of the browser; it may refuse, and then the person is told.</summary>
public sealed class Clipboard(IJSRuntime js, Toasts toasts, IStringLocalizer<ShellTexts> texts)
{
    /// <summary>Copies a text. False when the browser refused; that has been said then.</summary>
    public async Task<bool> CopyAsync(string text)
    {
        var copied = await js.InvokeAsync<bool>("platform.copy", text);
        if (!copied)
        {
            SayRefused();
        }
        return copied;
    }

    /// <summary>Says that the browser refused a copy that a script began.</summary>
    public void SayRefused() => toasts.Error(texts["CopyRefused"]);
}
