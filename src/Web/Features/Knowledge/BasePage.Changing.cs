using Platform.Retrieval;
using Platform.Retrieval.Documents;
using Platform.Web.Layout;

namespace Platform.Web.Features.Knowledge;

/// <summary>What a person may change on the page.</summary>
public sealed partial class BasePage
{
    private Task EditAsync() => item is not null && dialog is not null ? dialog.EditAsync(item) : Task.CompletedTask;

    private async Task DeleteAsync()
    {
        if (item is null || confirm is null)
        {
            return;
        }
        var asked = new Confirmation(Texts["DeleteBaseTitle", item.Name], Texts["DeleteBaseText", Texts.Count("DocumentCount", item.Documents)], Texts["Delete"])
        {
            Danger = true,
            // Much work lies in a filled base: its name must be typed.
            TypeToConfirm = item.Documents > 0 ? item.Name : null,
        };
        if (await confirm.AskAsync(asked) && await TryAsync(() => bases.DeleteAsync(caller, BaseId, gone.Token)))
        {
            window.Toasts.Info(Texts["BaseDeleted", item.Name]);
            window.Navigation.NavigateTo("/knowledge");
        }
    }

    private async Task DeleteDocumentAsync(DocumentInfo document)
    {
        var asked = new Confirmation(Texts["DeleteDocumentTitle"], Texts["DeleteDocumentText", document.Name], Texts["Delete"]) { Danger = true };
        if (confirm is not null && await confirm.AskAsync(asked))
        {
            await TryAsync(() => library.DeleteAsync(caller, document.Id, gone.Token));
        }
    }

    private Task<bool> RetryAsync(DocumentInfo document) => TryAsync(() => library.RetryAsync(caller, document.Id, gone.Token));

    private Task<bool> CancelAsync(DocumentInfo document) => TryAsync(() => library.CancelAsync(caller, document.Id, gone.Token));

    private Task<bool> RetryFailedAsync() => TryAsync(async () =>
    {
        foreach (var document in documents.Where(d => d.State == DocumentState.Failed))
        {
            await library.RetryAsync(caller, document.Id, gone.Token);
        }
    });

    private Task CancelUploadAsync(UploadItem upload) => script?.CancelAsync(upload.Key).AsTask() ?? Task.CompletedTask;

    private Task SendAgainAsync(UploadItem upload) => script?.AgainAsync(upload.Key).AsTask() ?? Task.CompletedTask;

    private async Task ClearSettledAsync()
    {
        var settled = uploads.Values.Where(u => u.Settled).Select(u => u.Key).ToArray();
        foreach (var key in settled)
        {
            uploads.Remove(key);
        }
        if (script is not null)
        {
            await script.ForgetAsync(settled);
        }
    }

    private IEnumerable<UploadItem> Duplicates => uploads.Values.Where(u => u.State == "duplicate");

    private async Task DecideAsync((UploadItem Item, string Choice, bool All) decided)
    {
        foreach (var upload in Duplicates.Where(u => decided.All || u == decided.Item).ToList())
        {
            uploads[upload.Key] = upload with { State = "waiting" };
        }
        if (script is not null)
        {
            await script.DecideAsync(decided.Item.Key, decided.Choice, decided.All);
        }
    }

    private async Task<bool> TryAsync(Func<Task> change)
    {
        try
        {
            await change();
            await ReadAsync();
            return true;
        }
        catch (Exception error) when (error is NotFoundException or ArgumentException or InvalidOperationException)
        {
            window.Toasts.Error(Texts["ChangeFailed"], error.Message);
            await ReadAsync();
            return false;
        }
    }
}
