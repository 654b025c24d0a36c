using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.Web.Layout;

namespace Platform.Web.Features.Models;

/// <summary>The models of the model service, for administrators. What runs belongs to the service: the page only looks, every second while somebody sees it.</summary>
public sealed partial class ModelsPage(ModelAdministration administration, ModelsWindow window) : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private const int KeptLooks = 300;

    private readonly CancellationTokenSource gone = new();
    private readonly RateHistory history = new(KeptLooks);
    private readonly HashSet<string> busy = [];
    private ElementReference root;
    private ConfirmDialog? confirm;
    private LoadDialog? load;
    private TryDialog? trial;
    private JobDialog? job;
    private BrowserScript? script;
    private ModelsSnapshot? now;
    private ModelsTab tab;
    private string? away;
    private string query = "";
    private ListOrder order;
    private bool seen = true;

    [Inject] private IStringLocalizer<ModelsTexts> Texts { get; set; } = default!;

    private IReadOnlyList<ListedModel> Shown => now?.Listed ?? [];

    // By the newest job that made it; the service keeps them until it ends.
    private ModelCheck? CheckOf(string model) => now?.Jobs?.FirstOrDefault(made => model == (made.Quantized?.Model ?? made.Made))?.Check;

    // What the search looks through.
    private string Words(ListedModel listed) =>
        $"{listed.Model.Id} {listed.Model.Architecture} {listed.Model.Quantization} {(listed.Engine is { } engine ? $"{engine.Name} {Texts[$"Engine_{engine.State}"]}" : Texts[$"State_{listed.Model.State}"].Value)}";

    private IEnumerable<(ModelsTab Tab, int Count)> Tabs
    {
        get
        {
            yield return (ModelsTab.List, Shown.Count);
            if (now?.Downloads is { } downloads)
            {
                yield return (ModelsTab.Download, downloads.Count(DownloadRow.Runs));
            }
            if (now?.Jobs is { } jobs)
            {
                yield return (ModelsTab.Jobs, jobs.Count(JobList.Runs));
            }
            if (now?.Adapters is { } adapters)
            {
                yield return (ModelsTab.Adapters, adapters.Count);
            }
            yield return (ModelsTab.Engine, now?.Queues?.Sum(queue => queue.Busy) ?? 0);
        }
    }

    /// <summary>Told by the browser when its tab is hidden or seen again.</summary>
    [JSInvokable]
    public void Seen(bool visible) => seen = visible;

    protected override async Task OnInitializedAsync()
    {
        await ReadAsync();
        _ = LookAgainAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            script = await BrowserScript.AttachAsync(window.Js, "visibility", root, this);
        }
    }

    private async Task LookAgainAsync()
    {
        using var tick = new PeriodicTimer(Look, window.Time);
        try
        {
            while (await tick.WaitForNextTickAsync(gone.Token))
            {
                if (seen)
                {
                    await ReadAsync();
                    StateHasChanged();
                }
            }
        }
        catch (OperationCanceledException)
        {
            seen = false; // the page was left
        }
        catch (UnauthorizedAccessException)
        {
            (now, away) = (null, Texts["NoLongerAdministrator"]);
            StateHasChanged();
        }
    }

    // What the service said last stays in sight while it is away, and it is asked again.
    private async Task ReadAsync()
    {
        try
        {
            now = await ModelsSnapshot.ReadAsync(administration, gone.Token);
            history.Add(now.Queues?.Sum(queue => queue.TokensPerSecond) ?? 0);
            away = null;
        }
        catch (ModelHostException silent)
        {
            away = Texts.Reason(silent);
            var engines = (await administration.EnginesAsync()).List();
            now = now is not null ? now with { Engines = engines } : engines.Count > 1 ? await ModelsSnapshot.OfOthersAsync(administration, engines, gone.Token) : null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await gone.CancelAsync();
        if (script is not null)
        {
            await script.DisposeAsync();
        }
    }
}
