using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;
using Platform.Web.Layout;

namespace Platform.Web.Features.Knowledge;

/// <summary>What a person may change on the page.</summary>
public sealed partial class BaseView
{
    private Task EditAsync() => item is not null && dialog is not null ? dialog.EditAsync(item) : Task.CompletedTask;

    private async Task DeleteAsync()
    {
        if (item is null || confirm is null)
        {
            return;
        }
        var text = Texts["DeleteBaseText", Texts.Count("DocumentCount", item.Documents)].Value;
        var uses = await Agents.OfBaseAsync(caller, BaseId, gone.Token);
        if (uses.Names.Count > 0)
        {
            text += Texts["DeleteBaseAgents", string.Join(Texts["ListComma"], uses.Names)];
        }
        if (uses.More > 0)
        {
            text += Texts.Count("DeleteBaseMore", uses.More);
        }
        if (uses.Others > 0)
        {
            text += Texts.Count("DeleteBaseOthers", uses.Others);
        }
        var asked = new Confirmation(Texts["DeleteBaseTitle", item.Name], text, Texts["Delete"])
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

    private async Task DeleteDocumentsAsync(IReadOnlyList<DocumentInfo> some)
    {
        var asked = some.Count == 1
            ? new Confirmation(Texts["DeleteDocumentTitle"], Texts["DeleteDocumentText", some[0].Name], Texts["Delete"]) { Danger = true }
            : new Confirmation(Texts["DeleteDocumentsTitle", some.Count], Texts["DeleteDocumentsText"], Texts["Delete"]) { Danger = true };
        if (confirm is not null && await confirm.AskAsync(asked))
        {
            await EachAsync(some, library.DeleteAsync);
        }
    }

    private Task<bool> RetryAsync(IReadOnlyList<DocumentInfo> some) => EachAsync(some, library.RetryAsync);

    private Task<bool> CancelAsync(DocumentInfo document) => TryAsync(() => library.CancelAsync(caller, document.Id, gone.Token));

    private Task<bool> EachAsync(IReadOnlyList<DocumentInfo> some, Func<Caller, Guid, CancellationToken, Task> change) => TryAsync(async () =>
    {
        foreach (var document in some)
        {
            await change(caller, document.Id, gone.Token);
        }
    });

    private Task CancelUploadAsync(UploadItem upload) => CallAsync("cancel", upload.Key);

    private Task SendAgainAsync(UploadItem upload) => CallAsync("again", upload.Key);

    private async Task ClearSettledAsync()
    {
        var settled = uploads.Values.Where(u => u.Settled).Select(u => u.Key).ToArray();
        foreach (var key in settled)
        {
            uploads.Remove(key);
        }
        await CallAsync("forget", settled);
    }

    private IEnumerable<UploadItem> Duplicates => uploads.Values.Where(u => u.State == "duplicate");

    private async Task DecideAsync((UploadItem Item, string Choice, bool All) decided)
    {
        foreach (var upload in Duplicates.Where(u => decided.All || u == decided.Item).ToList())
        {
            uploads[upload.Key] = upload with { State = "waiting" };
        }
        await CallAsync("decide", decided.Item.Key, decided.Choice, decided.All);
    }

    private Task CallAsync(string function, params object?[] arguments) => script?.CallAsync(function, arguments).AsTask() ?? Task.CompletedTask;

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
