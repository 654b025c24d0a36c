using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Localization;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Training.Datasets;
using Platform.Training.Datasets.Curation;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Datasets;

/// <summary>The rows of a dataset: found, judged one by one or all together, changed.</summary>
public sealed partial class RowList(DatasetItems items, CurrentCaller current, DatasetsWindow window) : IDisposable
{
    private const int PageRows = 50;

    private readonly CancellationTokenSource gone = new();
    private ConfirmDialog? confirm;
    private RowDialog? dialog;
    private LengthsDialog? lengths;
    private Caller caller = default!;
    private ItemPage page = new([], 0);
    private IReadOnlyDictionary<QualityConcern, int> concerns = new Dictionary<QualityConcern, int>();
    private string text = "";
    private RowStatus? status;
    private QualityConcern? concern;
    private int skip, chosen;

    [Parameter, EditorRequired] public Dataset Set { get; set; } = default!;

    /// <summary>Rows were changed: counts are others now.</summary>
    [Parameter] public EventCallback OnChanged { get; set; }

    [Inject] private IStringLocalizer<DatasetsTexts> Texts { get; set; } = default!;

    private ItemQuery Query => new(text, status, concern, Skip: skip, Take: PageRows);

    protected override async Task OnInitializedAsync()
    {
        caller = await current.GetAsync();
        await ReadAsync();
    }

    /// <summary>Shows the rows of a status that have a concern, and no others.</summary>
    public Task ShowAsync(RowStatus wanted, QualityConcern doubt)
    {
        (text, status, concern) = ("", wanted, doubt);
        return AnewAsync();
    }

    /// <summary>Reads the shown rows again.</summary>
    public async Task ReadAsync()
    {
        try
        {
            page = await items.FindAsync(caller, Set.Id, Query, gone.Token);
            if (page is { Items.Count: 0, Total: > 0 })
            {
                skip = (page.Total - 1) / PageRows * PageRows; // the page that was looked at has no rows any more
                page = await items.FindAsync(caller, Set.Id, Query, gone.Token);
            }
            concerns = await items.ConcernsAsync(caller, Set.Id, gone.Token);
            chosen = Math.Clamp(chosen, 0, Math.Max(0, page.Items.Count - 1));
            StateHasChanged();
        }
        catch (NotFoundException)
        {
            page = new([], 0); // the page says that the dataset is gone
        }
    }

    private Task AnewAsync()
    {
        (skip, chosen) = (0, 0);
        return ReadAsync();
    }

    private Task TypeAsync(ChangeEventArgs given)
    {
        text = given.Value?.ToString() ?? "";
        return AnewAsync();
    }

    private Task FilterAsync(RowStatus? wanted)
    {
        status = wanted;
        return AnewAsync();
    }

    private Task TurnAsync(int to)
    {
        (skip, chosen) = (to, 0);
        return ReadAsync();
    }

    private async Task ChangedAsync()
    {
        await ReadAsync();
        await OnChanged.InvokeAsync();
    }

    private Task DoAsync(Func<Task> work) => DatasetsWindow.UnlessGoneAsync(work, ChangedAsync);

    private Task JudgeAsync(DatasetItem item, RowStatus wanted) => DoAsync(async () =>
    {
        await items.JudgeAsync(caller, Set.Id, [item.Id], item.Status == wanted ? RowStatus.New : wanted, CancellationToken.None);
        await ChangedAsync();
    });

    private Task EditAsync(DatasetItem item) => dialog?.OpenAsync(item) ?? Task.CompletedTask;

    // The next one that is shown, or after a row of one's own another.
    private async Task SavedAsync(bool next)
    {
        var (edited, before) = (dialog?.Edited, page.Items.Select(item => item.Id).ToList());
        await ChangedAsync();
        if (!next || dialog is null)
        {
            return;
        }
        if (edited is null)
        {
            await dialog.NewAsync();
        }
        else if (Next(before, [.. page.Items.Select(item => item.Id)], edited.Value) is { } place)
        {
            chosen = place;
            await EditAsync(page.Items[chosen]);
        }
    }

    /// <summary>The place of the row behind an edited one, also where that is not among the shown ones any more; null where there is none.</summary>
    internal static int? Next(IReadOnlyList<Guid> before, IReadOnlyList<Guid> after, Guid edited)
    {
        var (stood, stands) = (before.ToList().IndexOf(edited), after.ToList().IndexOf(edited));
        var next = stands >= 0 ? stands + 1 : stood;
        return next >= 0 && next < after.Count ? next : null;
    }

    private Task DeleteAsync(DatasetItem item) => DoAsync(async () =>
    {
        if (confirm is null || !await confirm.AskAsync(new Confirmation(Texts["DeleteRowTitle", item.Ordinal], Texts["DeleteRowText"], Texts["Delete"]) { Danger = true }))
        {
            return;
        }
        await items.DeleteAsync(caller, Set.Id, [item.Id], CancellationToken.None);
        window.Toasts.Info(Texts["RowDeleted", item.Ordinal]);
        await ChangedAsync();
    });

    // What was rejected stays so, unless that is what is looked at.
    private Task ApproveFoundAsync() => DoAsync(async () =>
    {
        var found = Query with { Status = status ?? RowStatus.New, Skip = 0 };
        var waiting = (await items.FindAsync(caller, Set.Id, found with { Take = 1 }, gone.Token)).Total;
        var sensitive = (await items.FindAsync(caller, Set.Id, found with { Concern = QualityConcern.SensitiveData, Take = 1 }, gone.Token)).Total;
        var told = (concern is null or QualityConcern.SensitiveData) && sensitive > 0 ? $"{Texts["ApproveFoundText"].Value} {Texts.Count("FoundSensitive", sensitive)}" : Texts["ApproveFoundText"].Value;
        if (waiting == 0)
        {
            window.Toasts.Info(Texts["NoneWaits"]);
        }
        else if (confirm is not null && await confirm.AskAsync(new Confirmation(Texts.Count("ApproveFoundTitle", waiting), told, Texts["Approve"])))
        {
            window.Toasts.Info(Texts.Count("Approved", await items.JudgeAsync(caller, Set.Id, found, RowStatus.Approved, CancellationToken.None)));
            await ChangedAsync();
        }
    });

    private Task FindNearAsync() => DoAsync(async () =>
    {
        window.Toasts.Info(Texts.Count("NearFound", await items.FindNearDuplicatesAsync(caller, Set.Id, gone.Token)));
        await ChangedAsync();
    });

    private Task ShowLengthsAsync() => DoAsync(() => lengths?.OpenAsync(Set) ?? Task.CompletedTask);

    private Task MaskAsync() => DoAsync(async () =>
    {
        if (confirm is null || !await confirm.AskAsync(new Confirmation(Texts["MaskTitle"], Texts["MaskText"], Texts["Mask"])))
        {
            return;
        }
        var masked = await items.MaskAsync(caller, Set.Id, gone.Token);
        window.Toasts.Info(Texts.Count("Masked", masked.Changed) + (masked.Removed > 0 ? " " + Texts.Count("MaskedAlike", masked.Removed) : "") + (masked.Rejected > 0 ? " " + Texts.Count("MaskedRejected", masked.Rejected) : ""));
        await ChangedAsync();
    });

    // The document, at the words that the row was made from where it has such.
    private static string Address(Guid book, Guid document, RowOrigin span) =>
        FormattableString.Invariant($"/knowledge/{book}/documents/{document}") + (span.End > 0 ? FormattableString.Invariant($"?start={span.Start}&end={span.End}") : "");

    // J and K go down and up, A approves, R rejects, E edits: then the next row is chosen.
    private async Task KeyAsync(KeyboardEventArgs pressed)
    {
        if (pressed.CtrlKey || pressed.AltKey || pressed.MetaKey || page.Items.Count == 0)
        {
            return;
        }
        switch (pressed.Key.Length == 1 ? pressed.Key.ToLowerInvariant() : pressed.Key)
        {
            case "j" or "ArrowDown": chosen = Math.Min(chosen + 1, page.Items.Count - 1); break;
            case "k" or "ArrowUp": chosen = Math.Max(chosen - 1, 0); break;
            case "e" or "Enter": await EditAsync(page.Items[chosen]); break;
            case "a" or "r":
                // The next key may come before this one is done with: it is the next row's, and none takes back what another said.
                var (row, wanted) = (page.Items[chosen], pressed.Key is "a" or "A" ? RowStatus.Approved : RowStatus.Rejected);
                chosen = status is null ? Math.Min(chosen + 1, page.Items.Count - 1) : chosen; // a row that no longer fits the filter leaves its place to the next
                if (row.Status != wanted)
                {
                    await JudgeAsync(row, wanted);
                }
                break;
        }
    }

    public void Dispose() => gone.Cancel();
}
