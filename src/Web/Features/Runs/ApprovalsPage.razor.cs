using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Platform.Agents.Approvals;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Runs;

/// <summary>What a person's agents wait for, in all runs; looked at again every few seconds.</summary>
public sealed partial class ApprovalsPage(ApprovalBox box, RunDecisions decisions, CurrentCaller current, TimeProvider time)
{
    private const int MostPast = 30;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource gone = new();
    private IReadOnlyList<AskedElsewhere>? pending;
    private IReadOnlyList<Approval> decided = [];

    [Inject] private IStringLocalizer<RunsTexts> Texts { get; set; } = default!;

    [Inject] private ILogger<ApprovalsPage> Log { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        await ReadAsync();
        _ = Looking.EveryAsync(Look, time, Log, LookAgainAsync, gone.Token);
    }

    private async Task<bool> LookAgainAsync()
    {
        await ReadAsync();
        StateHasChanged();
        return true;
    }

    private async Task ReadAsync()
    {
        var caller = await current.GetAsync();
        List<AskedElsewhere> now = [];
        foreach (var asked in await box.ListAsync(caller, pendingOnly: true, gone.Token))
        {
            // What does not change is not read twice; a plan may.
            now.Add(!asked.IsPlan && pending?.FirstOrDefault(known => known.Asked.Id == asked.Id) is { } read ? read : await decisions.ReadAsync(asked, gone.Token));
        }
        (pending, decided) = (now, [.. (await box.ListAsync(caller, pendingOnly: false, gone.Token)).Where(asked => asked.Status != ApprovalStatus.Pending).OrderByDescending(asked => asked.DecidedAt).Take(MostPast)]);
    }

    public void Dispose()
    {
        gone.Cancel();
        gone.Dispose();
    }
}
