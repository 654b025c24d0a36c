using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Platform.Web.Layout;

/// <summary>Opens and closes the browser's own dialogs.</summary>
public static class Dialogs
{
    /// <summary>Opens a dialog once what it now holds has been sent. An event's rendering waits until its handler yields: without that the dialog stands open with the fields of the last time, and what a quick person types is overwritten.</summary>
    public static async Task OpenDialogAsync(this IJSRuntime js, ElementReference dialog)
    {
        await Task.Yield();
        await js.InvokeVoidAsync("platform.openDialog", dialog);
    }

    /// <summary>Closes a dialog; nothing happens to one that is closed.</summary>
    public static Task CloseDialogAsync(this IJSRuntime js, ElementReference dialog) => js.InvokeVoidAsync("platform.closeDialog", dialog).AsTask();
}
