using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.ModelHost.Client;
using Platform.Training.Datasets;
using Platform.Training.Datasets.Curation;
using Platform.Training.Datasets.Generating;
using Platform.Web.Features.Training;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Datasets;

/// <summary>One dataset: its rows, its versions, and what is being made for it.</summary>
public sealed partial class DatasetView(DatasetLibrary library, GenerationJobs generations, FrozenFiles copies, CurrentCaller current, DatasetsWindow window) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource gone = new();
    private ConfirmDialog? confirm;
    private DatasetDialog? dialog;
    private ImportDialog? import;
    private GenerateDialog? generate;
    private FreezeDialog? freeze;
    private BestAnswersDialog? best;
    private RowList? rows;
    private Caller caller = default!;
    private Dataset? set;
    private IReadOnlyList<Generation> jobs = [];
    private Guid? watched, closed;
    private int tab;
    private bool missing;

    [Parameter, EditorRequired] public Guid DatasetId { get; set; }

    [Inject] private IStringLocalizer<DatasetsTexts> Texts { get; set; } = default!;

    // What was made last is told until it has been looked through, whoever began it, or is put away; what failed last, until it goes on or is put away.
    private bool IsTold(Generation job) => job.EndedAt is null || (job.Id != closed && job.State switch
    {
        GenerationState.Failed => job.Id == jobs[0].Id,
        GenerationState.Done when job.Made > 0 => set?.New > 0 && (job.Id == jobs[0].Id || job.Id == watched),
        _ => job.Id == watched,
    });

    protected override async Task OnInitializedAsync()
    {
        caller = await current.GetAsync();
        await ReadAsync();
        if (!missing)
        {
            _ = Looking.EveryAsync(Look, window.Time, window.Log, LookAgainAsync, gone.Token);
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            set = await library.GetAsync(caller, DatasetId, gone.Token);
            jobs = await generations.ListAsync(caller, DatasetId, gone.Token);
        }
        catch (NotFoundException)
        {
            missing = true;
        }
    }

    private async Task ChangedAsync()
    {
        await ReadAsync();
        await (rows?.ReadAsync() ?? Task.CompletedTask);
    }

    private async Task StartedAsync(Generation job)
    {
        watched = job.Id;
        await ReadAsync();
    }

    private async Task FrozenAsync()
    {
        await ReadAsync();
        tab = 1;
    }

    private async Task ShowSensitiveAsync()
    {
        if (tab != 0)
        {
            tab = 0;
            StateHasChanged();
            await Task.Yield(); // the list is there after the page was drawn
        }
        await (rows?.ShowAsync(RowStatus.Approved, QualityConcern.SensitiveData) ?? Task.CompletedTask);
    }

    private Task CancelAsync(Generation job) => DatasetsWindow.UnlessGoneAsync(async () =>
    {
        await generations.CancelAsync(caller, DatasetId, job.Id, CancellationToken.None);
        await ChangedAsync();
    }, ReadAsync);

    private Task GoOnAsync(Generation job) => DatasetsWindow.UnlessGoneAsync(async () =>
    {
        await generations.GoOnAsync(caller, DatasetId, job.Id, CancellationToken.None);
        await StartedAsync(job);
    }, ReadAsync);

    private async Task DeleteAsync()
    {
        if (set is not null && confirm is not null
            && await confirm.AskAsync(new Confirmation(Texts["DeleteTitle", set.Name], Texts["DeleteText", set.Rows, set.LatestVersion ?? 0], Texts["Delete"]) { Danger = true, TypeToConfirm = set.Name }))
        {
            await DatasetsWindow.UnlessGoneAsync(() => DeleteAsync(set), ReadAsync);
        }
    }

    private async Task DeleteAsync(Dataset deleted)
    {
        var left = await ForgetCopiesAsync(deleted);
        await library.DeleteAsync(caller, DatasetId, CancellationToken.None);
        window.Toasts.Info(Texts["Deleted", deleted.Name] + (left ? " " + Texts["CopiesLeft"] : ""));
        window.Navigation.NavigateTo("/train/datasets");
    }

    // Copies of its versions lie with the model service; those that a job names stay with the job.
    private async Task<bool> ForgetCopiesAsync(Dataset deleted)
    {
        try
        {
            return await copies.ForgetAsync(deleted, CancellationToken.None) > 0;
        }
        catch (Exception away) when (away is ModelHostException or IOException or UnauthorizedAccessException or DatasetException)
        {
            window.Log.LogWarning(away, "The model service's copies of a deleted dataset could not be deleted");
            return deleted.LatestVersion is not null;
        }
    }

    private async Task<bool> LookAgainAsync()
    {
        if (jobs.Any(job => job.EndedAt is null))
        {
            await ChangedAsync();
            StateHasChanged();
        }

        return !missing;
    }

    public void Dispose() => gone.Cancel();
}
