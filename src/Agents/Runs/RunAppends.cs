using Microsoft.EntityFrameworkCore;
using Platform.Agents.Storage;

namespace Platform.Agents.Runs;

/// <summary>What a run of this process adds.</summary>
/// <param name="IsAgain">It failed before, and may have been done all the same: a connection can break between a commit and its answer.</param>
internal sealed record RunAppend(LiveRun Run, IReadOnlyList<RunEvent> Events, RunProgress Progress, bool Ended, bool IsAgain = false);

/// <summary>What became of it.</summary>
internal enum AppendOutcome
{
    /// <summary>The run was deleted meanwhile, or another process has taken it over or ended it: nothing was stored.</summary>
    Lost,
    Stored,

    /// <summary>Stored, and it was the end of an agent's run.</summary>
    Ended,
}

/// <summary>Adds events to runs and brings their messages and approvals up to the last of them. What comes while a transaction is under way goes into the next one together: the statements and the commit cost about as much for sixty runs as for one.</summary>
internal sealed class RunAppends(IDbContextFactory<AgentsContext> contexts, string lease, TimeProvider time)
{
    private const int MostTogether = 64;

    private readonly Lock gate = new();
    private readonly Queue<(RunAppend Append, TaskCompletionSource<AppendOutcome> Outcome)> waiting = [];
    private bool isStoring;

    /// <summary>Stores one run's events, all or nothing. A run's next are added when these are stored, not before.</summary>
    public Task<AppendOutcome> AddAsync(RunAppend append)
    {
        TaskCompletionSource<AppendOutcome> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            waiting.Enqueue((append, outcome));
            if (isStoring)
                return outcome.Task;
            isStoring = true;
        }
        _ = Task.Run(StoreWaitingAsync);
        return outcome.Task;
    }

    private async Task StoreWaitingAsync()
    {
        while (Next() is { Count: > 0 } together)
        {
            try
            {
                var outcomes = await StoreAsync([.. together.Select(one => one.Append)]);
                foreach (var one in together)
                    one.Outcome.SetResult(outcomes.GetValueOrDefault(one.Append.Run.Id));
            }
            catch (Exception failure) when (together.Count == 1)
            {
                together[0].Outcome.SetException(failure);
            }
            catch
            {
                await StoreEachAsync(together);
            }
        }
    }

    private List<(RunAppend Append, TaskCompletionSource<AppendOutcome> Outcome)> Next()
    {
        lock (gate)
        {
            List<(RunAppend, TaskCompletionSource<AppendOutcome>)> next = [];
            while (next.Count < MostTogether && waiting.TryDequeue(out var one))
                next.Add(one);
            isStoring = next.Count > 0;
            return next;
        }
    }

    /// <summary>One by one: what one run's events fail with is not another's failure.</summary>
    private async Task StoreEachAsync(List<(RunAppend Append, TaskCompletionSource<AppendOutcome> Outcome)> failed)
    {
        foreach (var (append, outcome) in failed)
        {
            try
            {
                outcome.SetResult((await StoreAsync([append with { IsAgain = true }])).GetValueOrDefault(append.Run.Id));
            }
            catch (Exception failure)
            {
                outcome.SetException(failure);
            }
        }
    }

    /// <summary>Stores all, or none and throws; of runs that are lost nothing stands in the answer.</summary>
    private async Task<Dictionary<Guid, AppendOutcome>> StoreAsync(IReadOnlyList<RunAppend> appends)
    {
        await using var db = await contexts.CreateDbContextAsync();
        db.WritesFirst = true; // the tools of runs wait for it
        Dictionary<Guid, AppendOutcome> outcomes = [];
        List<RunAppend> missing = [];
        foreach (var append in appends)
        {
            var events = append.IsAgain ? await MissingAsync(db, append) : append.Events;
            if (events.Count == 0)
                outcomes[append.Run.Id] = AppendOutcome.Stored;
            else
                missing.Add(append with { Events = events });
        }
        if (missing.Count == 0)
            return outcomes;
        await using var transaction = await db.Database.BeginTransactionAsync();

        // The runs first: from here on nobody takes them or ends them until what is added is stored.
        var until = time.GetUtcNow() + RunStore.LeaseTime;
        var (runs, answers) = (missing.ConvertAll(append => append.Run.Id), missing.ConvertAll(append => append.Run.AssistantMessageId));
        var ours = db.Runs.Where(r => runs.Contains(r.Id) && r.Lease == lease && r.EndedAt == null);
        await ours.ExecuteUpdateAsync(set => set.SetProperty(r => r.LeaseUntil, until));
        var rows = await ours.ToDictionaryAsync(r => r.Id);
        var messages = await db.Messages.Where(m => answers.Contains(m.Id)).ToDictionaryAsync(m => m.Id);
        foreach (var append in missing)
        {
            if (!rows.TryGetValue(append.Run.Id, out var row) || !messages.TryGetValue(append.Run.AssistantMessageId, out var message))
                continue;
            BringUp(row, append);
            BringUp(message, append.Progress);
            db.RunEvents.AddRange(append.Events.Select(RunStore.Row));
            foreach (var asked in append.Events.Where(e => e.Name == "approval.requested"))
                db.Approvals.Add(ApprovalRow.Of(row, asked));
            if (row is { EndedAt: { } ended, AgentId: not null })
                await ApprovalRow.WithdrawAsync(db, row.Id, ended, CancellationToken.None);
            outcomes[row.Id] = row is { EndedAt: not null, AgentId: not null } ? AppendOutcome.Ended : AppendOutcome.Stored;
        }
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return outcomes;
    }

    private static void BringUp(RunRow row, RunAppend append)
    {
        var (run, events, progress, ended, _) = append;
        row.Status = progress.Status;
        row.StopReason = progress.StopReason is { } reason ? RunJson.Write(reason).Trim('"') : null;
        row.Steps += RunCosts.Steps(events);
        row.Tokens += RunCosts.Tokens(events, ofAgent: run.Agent is not null);
        row.EndedAt = ended && progress.Status is not (RunStatus.Queued or RunStatus.InProgress or RunStatus.RequiresAction) ? events[^1].At : null;
    }

    private static void BringUp(MessageRow message, RunProgress progress)
    {
        message.Text = progress.Text;
        message.Citations = progress.Citations.Count == 0 ? null : RunJson.Write(progress.Citations);
        message.Sources = progress.Sources is null ? null : RunJson.Write(progress.Sources.Sources);
        message.Usage = progress.Usage is null ? null : RunJson.Write(progress.Usage);
        message.Error = progress.Error is null ? null : RunJson.Write(progress.Error);
    }

    /// <summary>Those of the events of this process's run that are not there; all where the run is another's.</summary>
    private async Task<IReadOnlyList<RunEvent>> MissingAsync(AgentsContext db, RunAppend append)
    {
        var id = append.Run.Id;
        if (!await db.Runs.AnyAsync(r => r.Id == id && r.Lease == lease))
            return append.Events;
        var last = await db.RunEvents.Where(e => e.RunId == id).MaxAsync(e => (int?)e.Seq) ?? 0;
        return [.. append.Events.Where(e => e.Seq > last)];
    }
}
