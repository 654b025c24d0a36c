using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.Web.Layout;

namespace Platform.Web.Features.Models;

/// <summary>What an administrator may change on the page. Nothing here is cancelled when the page is left: it belongs to the service.</summary>
public sealed partial class ModelsPage
{
    private Task DoAsync(ListedModel listed, ModelAction action) => action == ModelAction.Try ? trial?.OpenAsync([listed.Address]) ?? Task.CompletedTask : ChangeAsync(listed.Model, action);

    private Task ChangeAsync(AdminModel model, ModelAction action) => action switch
    {
        ModelAction.Load => OpenLoadAsync(model.Id),
        ModelAction.Quantize => job?.QuantizeAsync(model) ?? Task.CompletedTask,
        ModelAction.MeasurePerplexity => job?.PerplexityAsync(model) ?? Task.CompletedTask,
        ModelAction.Unload => UnloadAsync(model),
        ModelAction.Pin => ChangeAsync(model.Id, models => models.PinAsync(model.Id, isPinned: true, CancellationToken.None)),
        ModelAction.Unpin => ChangeAsync(model.Id, models => models.PinAsync(model.Id, isPinned: false, CancellationToken.None)),
        ModelAction.UseForAnswers => UseForAnswersAsync(model.Id),
        ModelAction.Delete => DeleteAsync(model),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "This is a bug: the page does not know this action."),
    };

    private Task OpenLoadAsync(string id) => now?.Models.FirstOrDefault(model => model.Id == id) is { } model && load is not null ? load.OpenAsync(model) : Task.CompletedTask;

    private Task<ModelHostException?> LoadAsync(LoadWish wish) => AttemptAsync(wish.Model, async () => await wish.RunAsync(await administration.ModelsAsync()));

    private async Task UnloadAsync(AdminModel model)
    {
        var asked = new Confirmation(Texts["UnloadTitle"], Texts["UnloadText", model.Id], Texts["Unload"]);
        if ((!model.IsDefault || await SaysYesAsync(asked)) && await ChangeAsync(model.Id, models => models.UnloadAsync(model.Id, CancellationToken.None)))
        {
            window.Toasts.Info(Texts["Unloaded", model.Id]);
        }
    }

    private async Task UseForAnswersAsync(string id)
    {
        if (await ChangeAsync(id, models => models.ChooseAsync(id, CancellationToken.None)))
        {
            // Another engine's model may come before those of this one.
            window.Toasts.Info(now?.Answering is { } other && now.Listed.All(listed => !listed.Model.IsDefault || listed.Model.Id != id) ? Texts["AnswersElse", id, other] : Texts["AnswersNow", id]);
        }
    }

    private async Task DeleteAsync(AdminModel model)
    {
        var what = model.SizeBytes > 0 ? Texts["DeleteText", model.Id, Knowledge.Sizes.Of(model.SizeBytes)] : Texts["DeleteUnsized", model.Id];
        var after = now?.Downloads?.FirstOrDefault(download => download.Model == model.Id) is { } from ? Texts["DeleteFromHub", from.Source] : Texts["DeleteForGood"];
        var asked = new Confirmation(Texts["DeleteTitle"], Texts["TwoSentences", what, after], Texts["Delete"]) { Danger = true, TypeToConfirm = model.Id };
        try
        {
            if (await SaysYesAsync(asked) && await TryAsync(model.Id, () => administration.DeleteModelAsync(model.Id)))
            {
                window.Toasts.Info(Texts["Deleted", model.Id]);
            }
        }
        catch (ModelInUseException used)
        {
            window.Toasts.Error(Texts["UsedByAgents", model.Id, string.Join(Texts["ListComma"], used.Agents.Select(agent => agent.Name))], used.Message);
        }
    }

    private Task<bool> DownloadAsync(HubFile file) => ChangeAsync(file.ToString(), models => models.StartDownloadAsync(file.ToString(), CancellationToken.None));

    private Task<bool> CancelDownloadAsync(string id) => ChangeAsync(id, models => models.CancelDownloadAsync(id, CancellationToken.None));

    // Bytes that have arrived are worth a question; a model that is complete stays.
    private async Task RemoveDownloadAsync(ModelDownload download)
    {
        var asked = new Confirmation(Texts["RemoveTitle"], Texts["RemoveText", download.Source, Knowledge.Sizes.Of(download.BytesDone)], Texts["Remove"]) { Danger = true };
        if (download is { State: ModelDownloadState.Completed } or { BytesDone: 0 } || await SaysYesAsync(asked))
        {
            await ChangeAsync(download.Id, models => models.RemoveDownloadAsync(download.Id, CancellationToken.None));
        }
    }

    private Task<ModelHostException?> StartJobAsync(JobWish wish) => AttemptAsync(wish.Model, async () =>
    {
        var jobs = await administration.JobsAsync();
        await (wish.To is { } to ? jobs.QuantizeAsync(wish.Model, to, wish.Name, CancellationToken.None) : jobs.MeasurePerplexityAsync(wish.Model, wish.Text, adapter: null, CancellationToken.None));
        tab = ModelsTab.Jobs;
    });

    private Task<bool> CancelJobAsync(string id) => TryAsync(id, async () => await (await administration.JobsAsync()).CancelAsync(id, CancellationToken.None));

    private async Task<bool> SaysYesAsync(Confirmation asked) => confirm is not null && await confirm.AskAsync(asked);

    private Task<bool> ChangeAsync(string subject, Func<ModelAdmin, Task> change) => TryAsync(subject, async () => await change(await administration.ModelsAsync()));

    private async Task<bool> TryAsync(string subject, Func<Task> change)
    {
        if (busy.Contains(subject))
        {
            return false; // what is asked for twice at once is done once
        }
        if (await AttemptAsync(subject, change) is not { } refused)
        {
            return true;
        }
        window.Toasts.Error(Texts["Refused", Texts.Reason(refused)], $"{refused.Code}: {refused.Message}");
        return false;
    }

    /// <summary>What the service refuses it with, or null.</summary>
    private async Task<ModelHostException?> AttemptAsync(string subject, Func<Task> change)
    {
        busy.Add(subject);
        try
        {
            await change();
            return null;
        }
        catch (ModelHostException refused)
        {
            return refused;
        }
        finally
        {
            busy.Remove(subject);
            await ReadAsync();
        }
    }
}
