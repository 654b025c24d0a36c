using System.Security.Cryptography;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Training.Datasets;
using Platform.Training.Rows;
using Platform.Web.Features.Datasets;
using Platform.Web.Features.Models;
using Platform.Web.Host;

namespace Platform.Web.Features.Training;

/// <summary>A new job: what it would take is asked for a moment after each change.</summary>
public sealed partial class NewJobPage(TrainingAdministration administration, ModelAdministration served, DatasetLibrary library, FrozenFiles files, DatasetsWindow window) : IDisposable
{
    private const int TokensOfPiece = 512; // of a text, as the service cuts it

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(600);

    // Which rows are held out follows from it: the forecast and the job are to hold out the same.
    private readonly int seed = RandomNumberGenerator.GetInt32(int.MaxValue);
    private readonly CancellationTokenSource gone = new();
    private readonly JobForm form = new();
    private CancellationTokenSource? question;
    private IReadOnlyList<AdminModel>? models;
    private IReadOnlyList<Dataset> sets = [];
    private IReadOnlyList<DatasetVersion> versions = [];
    private Dataset? set;
    private DatasetVersion? version;
    private TuningOutlook? outlook;
    private ModelHostException? away, refused;
    private bool asking, starting, hasOwnNumbers;

    [Inject] private IStringLocalizer<TrainingTexts> Texts { get; set; } = default!;

    [Inject] private CurrentCaller Current { get; set; } = default!;

    [Inject] private AuthenticationStateProvider Authentication { get; set; } = default!;

    /// <summary>Id of a dataset to begin with.</summary>
    [SupplyParameterFromQuery(Name = "dataset")] private string? WantedDataset { get; set; }

    /// <summary>Number of its version; the latest where none is named.</summary>
    [SupplyParameterFromQuery(Name = "version")] private int? WantedVersion { get; set; }

    /// <summary>Id of a job whose settings are taken over.</summary>
    [SupplyParameterFromQuery(Name = "copy")] private string? Copied { get; set; }

    private List<AdminModel> Teachable => [.. (models ?? []).Where(form.CanTeach)];

    private List<Dataset> Fitting => [.. sets.Where(one => one.Kind == form.Kind)];

    /// <summary>Name of the text that says what is missing; null where all is there.</summary>
    private string? Needs => version is null ? "NeedsVersion" : form.Model.Length == 0 ? "NeedsModel" : !form.IsNamed ? form.AdapterName.Length == 0 ? "NeedsName" : "NeedsOtherName" : form.Wrong.Any() ? "NeedsNumbers" : null;

    // What the forecast calls the parts of a mixture.
    private IReadOnlyList<string> Names => [.. form.Others.Select(part => part.Set.Name).Prepend(set?.Name ?? "")];

    private string? Missing => Needs is { } name ? Texts[name, string.Join(Texts["ListComma"], form.Wrong.Select(wrong => $"“{Texts[wrong]}”"))].Value : null;

    // The hours of a window are the person's, not those of the machine that trains.
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }
        var zone = await window.Js.InvokeAsync<string>("platform.timeZone");
        form.TimeZone ??= zone.Length > 0 ? zone : null;
        StateHasChanged();
    }

    protected override async Task OnInitializedAsync()
    {
        try
        {
            var all = await (await served.ModelsAsync()).ListAsync(gone.Token);
            sets = [.. (await library.ListAsync(await Current.GetAsync(), gone.Token)).Where(one => one.LatestVersion is not null)];
            var origin = Copied is { Length: > 0 } id ? await CopyAsync(id) : null;
            models = all;
            var wanted = origin?.Dataset ?? (Guid.TryParse(WantedDataset, out var given) ? given : null);
            if (origin is null && sets.FirstOrDefault(one => one.Id == wanted) is { } first)
            {
                form.Method = Enum.GetValues<TuningMethod>().First(method => new JobForm { Method = method }.Kind == first.Kind);
            }
            if (origin is null)
            {
                ChooseModel();
            }
            await DatasetAsync(wanted, origin?.Sha256, chooses: Copied is not { Length: > 0 } && (WantedDataset is not { Length: > 0 } || sets.Any(one => one.Id == wanted)), origin is null ? WantedVersion : null);
            await TakeRowsAsync(origin);
            SayUnlinked();
        }
        catch (ModelHostException silent)
        {
            away = silent;
        }
    }

    // The one that answers where none is chosen that the method can teach.
    private void ChooseModel()
    {
        if (!Teachable.Exists(model => model.Id == form.Model))
        {
            form.Model = form.First(models ?? [])?.Id ?? "";
        }
    }

    private Task MethodAsync(TuningMethod method)
    {
        form.Method = method;
        form.Others.RemoveAll(part => part.Set.Kind != form.Kind);
        form.Evaluated = form.Evaluated?.Set.Kind == form.Kind ? form.Evaluated : null;
        ChooseModel();
        return DatasetAsync(set?.Id, version?.Sha256);
    }

    // A runner elsewhere knows other architectures.
    private Task ElsewhereAsync() => ChangeAsync(() =>
    {
        form.IsElsewhere = !form.IsElsewhere;
        ChooseModel();
    });

    // The wanted one where it fits, else the one that was changed last; its latest version, or the one of a hash or a number. Nothing is taken in the place of what a copied job learned from, or a link names.
    private async Task DatasetAsync(Guid? id, string? sha256, bool chooses = true, int? number = null)
    {
        set = Fitting.FirstOrDefault(one => one.Id == id) ?? (chooses ? Fitting.FirstOrDefault() : null);
        versions = set is null ? [] : await files.VersionsAsync(set, gone.Token);
        version = versions.FirstOrDefault(one => one.Sha256 == sha256 || one.Number == number) ?? (chooses && number is null && versions.Count > 0 ? versions[0] : null);
        AskLater();
    }

    private void Change(Action change)
    {
        change();
        AskLater();
    }

    private Task ChangeAsync(Action change)
    {
        Change(change);
        return Task.CompletedTask;
    }

    private Task AskLaterAsync()
    {
        AskLater();
        return Task.CompletedTask;
    }

    // Until a person chooses, the settings are those that go with the model and the rows.
    private void Suggest()
    {
        if (!hasOwnNumbers)
        {
            form.Begin(Suggested);
        }
    }

    // Of a mixture the rows of all its parts; of texts the pieces that they are cut into.
    private int RowsToLearn => form.Others.Select(part => part.Version).Prepend(version).OfType<DatasetVersion>().Sum(part => form.Kind == RowKind.Text ? (int)Math.Min(part.Tokens / TokensOfPiece + 1, int.MaxValue / 32) : part.Rows - part.HeldBack);

    private long Parameters => models?.FirstOrDefault(model => model.Id == form.Model)?.Parameters ?? 0;

    // As it is served; of one that is not loaded what it was trained with.
    private int ContextTokens => models?.FirstOrDefault(model => model.Id == form.Model)?.ReadTokens ?? 0;

    private IReadOnlyList<JobPreset> Presets => JobPreset.For(Parameters, RowsToLearn);

    private JobPreset? Suggested => version is not null && form.Model.Length > 0 && form.Method != TuningMethod.Dpo ? JobPreset.Suggested(Parameters, RowsToLearn) : null;

    // Why the suggested settings are other than the usual ones.
    private string Why => JobPreset.IsSmall(Parameters) ? Texts["PresetForModel", form.Model, Quantities.Parameters(Parameters)] : Texts["PresetForRows"];

    private Task TakeAsync(JobPreset preset)
    {
        hasOwnNumbers = true;
        return ChangeAsync(() => form.Take(preset));
    }

    private Task SettledAsync()
    {
        hasOwnNumbers = true;
        return AskLaterAsync();
    }

    private void AskLater()
    {
        Suggest();
        question?.Cancel();
        question?.Dispose();
        (outlook, refused, asking) = (null, null, Needs is null);
        question = CancellationTokenSource.CreateLinkedTokenSource(gone.Token);
        if (asking)
        {
            _ = AskAsync(question.Token);
        }
    }

    private async Task AskAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(Pause, window.Time, cancellation);
            outlook = await (await administration.TuningAsync()).ForecastAsync(await RequestAsync(cancellation), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return; // another question took its place, or the page was left
        }
        catch (ModelHostException no)
        {
            refused = no;
        }
        asking = false;
        StateHasChanged();
    }

    private async Task<TuningRequest> RequestAsync(CancellationToken cancellation)
    {
        var sent = await files.SendAsync([(set!, version!), .. form.Others.Select(part => (part.Set, part.Version)), .. form.Evaluated is { } other ? [(other.Set, other.Version)] : Array.Empty<(Dataset, DatasetVersion)>()], cancellation);
        var request = form.ToRequest(sent[0], set!, version!, [.. sent.Skip(1).Take(form.Others.Count)], form.Evaluated is null ? null : sent[^1]);
        request = request with { Seed = request.Seed ?? seed };
        return (await Authentication.GetAuthenticationStateAsync()).User.Identity?.Name is { Length: > 0 } name ? request with { Metadata = new Dictionary<string, string>(request.Metadata) { [JobOrigin.ByKey] = name } } : request;
    }

    private Task<TuningRequest> ShowAsync() => RequestAsync(gone.Token);

    private async Task StartAsync()
    {
        if (Needs is not null || starting)
        {
            return;
        }
        starting = true;
        try
        {
            var job = await (await administration.TuningAsync()).StartAsync(await RequestAsync(CancellationToken.None), CancellationToken.None);
            window.Navigation.NavigateTo($"/train/jobs/{Uri.EscapeDataString(job.Id)}");
        }
        catch (ModelHostException no)
        {
            refused = no;
        }
        finally
        {
            starting = false;
        }
    }

    public void Dispose()
    {
        gone.Cancel();
        question?.Dispose();
    }
}
