using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.Web.Layout;

namespace Platform.Web.Features.Models;

/// <summary>What an administrator may change on the page. Nothing here is cancelled when the page is left: it belongs to the service.</summary>
public sealed partial class ModelsPage
{
    private Task DoAsync(AdminModel model, ModelAction action) => action switch
    {
        ModelAction.Load => OpenLoadAsync(model.Id),
        ModelAction.Try => trial?.OpenAsync([model.Id]) ?? Task.CompletedTask,
        ModelAction.Quantize => job?.QuantizeAsync(model) ?? Task.CompletedTask,
        ModelAction.MeasurePerplexity => job?.PerplexityAsync(model) ?? Task.CompletedTask,
        ModelAction.Unload => ChangeAsync(model.Id, models => models.UnloadAsync(model.Id, CancellationToken.None)),
        ModelAction.Pin => ChangeAsync(model.Id, models => models.PinAsync(model.Id, isPinned: true, CancellationToken.None)),
        ModelAction.Unpin => ChangeAsync(model.Id, models => models.PinAsync(model.Id, isPinned: false, CancellationToken.None)),
        ModelAction.UseForAnswers => UseForAnswersAsync(model.Id),
        ModelAction.Delete => DeleteAsync(model),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "This is a bug: the page does not know this action."),
    };

    private Task OpenLoadAsync(string id) => now?.Models.FirstOrDefault(model => model.Id == id) is { } model && load is not null ? load.OpenAsync(model) : Task.CompletedTask;

    private Task<bool> LoadAsync(LoadWish wish) => ChangeAsync(wish.Model, async models =>
    {
        foreach (var other in wish.UnloadFirst)
        {
            await models.UnloadAsync(other, CancellationToken.None);
        }
        await models.LoadAsync(wish.Model, wish.ContextTokens, wish.Rope, CancellationToken.None);
    });

    private async Task UseForAnswersAsync(string id)
    {
        if (await ChangeAsync(id, models => models.ChooseAsync(id, CancellationToken.None)))
        {
            window.Toasts.Info(Texts["AnswersNow", id]);
        }
    }

    private async Task DeleteAsync(AdminModel model)
    {
        var asked = new Confirmation(Texts["DeleteTitle"], Texts["DeleteText", model.Id, Knowledge.Sizes.Of(model.SizeBytes)], Texts["Delete"]) { Danger = true, TypeToConfirm = model.Id };
        if (confirm is not null && await confirm.AskAsync(asked) && await ChangeAsync(model.Id, models => models.DeleteAsync(model.Id, CancellationToken.None)))
        {
            window.Toasts.Info(Texts["Deleted", model.Id]);
        }
    }

    private Task<bool> DownloadAsync(HubFile file) => ChangeAsync(file.ToString(), models => models.StartDownloadAsync(file.ToString(), CancellationToken.None));

    private Task<bool> CancelDownloadAsync(string id) => ChangeAsync(id, models => models.CancelDownloadAsync(id, CancellationToken.None));

    private Task<bool> StartJobAsync(JobWish wish) => TryAsync(wish.Model, async () =>
    {
        var jobs = await administration.JobsAsync();
        await (wish.To is { } to ? jobs.QuantizeAsync(wish.Model, to, wish.Name, CancellationToken.None) : jobs.MeasurePerplexityAsync(wish.Model, wish.Text, adapter: null, CancellationToken.None));
        tab = ModelsTab.Jobs;
    });

    private Task<bool> CancelJobAsync(string id) => TryAsync(id, async () => await (await administration.JobsAsync()).CancelAsync(id, CancellationToken.None));

    private async Task ChangeAdapterAsync((AdminAdapter Adapter, AdapterAction Action) wish)
    {
        var (name, version) = (wish.Adapter.Name, wish.Adapter.Version);
        var asked = new Confirmation(Texts["DeleteAdapterTitle"], Texts["DeleteAdapterText", name, version], Texts["Delete"]) { Danger = true };
        if (wish.Action == AdapterAction.Delete && (confirm is null || !await confirm.AskAsync(asked)))
        {
            return;
        }
        await TryAsync($"{name}@{version}", async () =>
        {
            var adapters = await administration.AdaptersAsync();
            await (wish.Action switch
            {
                AdapterAction.Promote => adapters.PromoteAsync(name, version, CancellationToken.None),
                AdapterAction.RollBack => adapters.RollbackAsync(name, version, CancellationToken.None),
                _ => adapters.DeleteAsync(name, version, CancellationToken.None),
            });
        });
    }

    private Task<bool> ChangeAsync(string subject, Func<ModelAdmin, Task> change) => TryAsync(subject, async () => await change(await administration.ModelsAsync()));

    // What is asked for twice at once is done once.
    private async Task<bool> TryAsync(string subject, Func<Task> change)
    {
        if (!busy.Add(subject))
        {
            return false;
        }
        try
        {
            await change();
            return true;
        }
        catch (ModelHostException refused)
        {
            window.Toasts.Error(Texts["Refused", refused.Message], refused.Code);
            return false;
        }
        finally
        {
            busy.Remove(subject);
            await ReadAsync();
        }
    }
}
