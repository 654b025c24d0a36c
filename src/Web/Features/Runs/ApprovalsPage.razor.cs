using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Platform.Agents.Approvals;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Runs;

/// <summary>What a person's agents wait for, in all runs; looked at again every few seconds.</summary>
public sealed partial class ApprovalsPage(ApprovalBox box, RunDecisions decisions, CurrentCaller current, TimeProvider time)
{
    private const int MostPast = 30, Page = 10;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource gone = new();
    private CardPlaces places = default!;
    private IReadOnlyList<AskedElsewhere>? pending;
    private IReadOnlyList<Approval> decided = [];
    private IReadOnlyList<string> agents = [];
    private string agent = "";
    private int most = Page, waiting, left, reads;

    [Inject] private IStringLocalizer<RunsTexts> Texts { get; set; } = default!;

    [Inject] private ILogger<ApprovalsPage> Log { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        places = new(time, () => _ = InvokeAsync(StateHasChanged));
        await ReadAsync();
        _ = Looking.EveryAsync(Look, time, Log, LookAgainAsync, gone.Token);
    }

    private async Task<bool> LookAgainAsync()
    {
        await ReadAsync();
        StateHasChanged();
        return true;
    }

    // Of those that are shown what their runs say is read: many may wait.
    private async Task ReadAsync()
    {
        var mine = ++reads;
        var caller = await current.GetAsync();
        var all = await box.ListAsync(caller, pendingOnly: true, gone.Token);
        var picked = all.Where(asked => agent.Length == 0 || asked.Agent == agent).ToList();
        if (picked.Count == 0)
        {
            (agent, picked) = ("", [.. all]); // the last of that agent was decided
        }
        List<AskedElsewhere> now = [];
        foreach (var asked in picked.Take(most))
        {
            // What does not change is not read twice; a plan may.
            now.Add(!asked.IsPlan && pending?.FirstOrDefault(known => known.Asked.Id == asked.Id) is { } read ? read : await decisions.ReadAsync(asked, gone.Token));
        }
        var past = (await box.ListAsync(caller, pendingOnly: false, gone.Token)).Where(asked => asked.Status != ApprovalStatus.Pending).OrderByDescending(asked => asked.DecidedAt).Take(MostPast);
        if (mine == reads) // else another look is under way, for what is wished by now
        {
            agents = [.. all.Select(asked => asked.Agent).Distinct().Order(StringComparer.CurrentCultureIgnoreCase)];
            (pending, decided, waiting, left) = (now, [.. past], all.Count, picked.Count - now.Count);
            places.Show([.. now.Select(asked => asked.Asked.Id)]);
        }
    }

    private Task ChooseAsync(ChangeEventArgs chosen)
    {
        (agent, most) = ((string?)chosen.Value ?? "", Page);
        return ReadAsync();
    }

    private Task ShowMoreAsync()
    {
        most += Page;
        return ReadAsync();
    }

    public void Dispose()
    {
        places.Dispose();
        gone.Cancel();
        gone.Dispose();
    }
}
