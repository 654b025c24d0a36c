using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Platform.Agents.Approvals;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Runs;

/// <summary>What a person's agents wait for, in all runs; looked at again every few seconds.</summary>
public sealed partial class ApprovalsPage(ApprovalBox box, RunArchive archive, CurrentCaller current, TimeProvider time)
{
    private const int MostPast = 30;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource gone = new();
    private IReadOnlyList<Waiting>? pending;
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
        List<Waiting> now = [];
        foreach (var asked in await box.ListAsync(caller, pendingOnly: true, gone.Token))
        {
            now.Add(await ReadAsync(caller, asked));
        }
        (pending, decided) = (now, [.. (await box.ListAsync(caller, pendingOnly: false, gone.Token)).Where(asked => asked.Status != ApprovalStatus.Pending).OrderByDescending(asked => asked.DecidedAt).Take(MostPast)]);
    }

    // What does not change is not read twice; a plan may.
    private async Task<Waiting> ReadAsync(Caller caller, Approval asked)
    {
        if (!asked.IsPlan && pending?.FirstOrDefault(known => known.Approval.Id == asked.Id) is { } read)
        {
            return read;
        }
        try
        {
            var run = await archive.GetAsync(caller, asked.RunId, gone.Token);
            return new(asked, run.Listed.Question, run.Listed.Run.AgentId, asked.IsPlan ? RunTrace.Of(await archive.EventsAsync(caller, asked.RunId, gone.Token)) : null);
        }
        catch (NotFoundException)
        {
            return new(asked, "", null, null); // deleted a moment ago
        }
    }

    public void Dispose()
    {
        gone.Cancel();
        gone.Dispose();
    }

    private sealed record Waiting(Approval Approval, string Question, Guid? AgentId, RunTrace? Trace);
}
