using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Platform.Agents.Storage;

namespace Platform.Agents.Runs;

/// <summary>What a run of this process adds.</summary>
/// <param name="IsAgain">It failed before, and may have been done all the same: a connection can break between a commit and its answer.</param>
/// <param name="TellsMore">Whether the message is another than the one that was stored last.</param>
internal sealed record RunAppend(LiveRun Run, IReadOnlyList<RunEvent> Events, RunProgress Progress, bool Ended, bool IsAgain = false, bool TellsMore = true)
{
    /// <summary>Null where it goes on.</summary>
    public DateTimeOffset? EndedAt => Ended && Progress.Status is not (RunStatus.Queued or RunStatus.InProgress or RunStatus.RequiresAction) ? Events[^1].At : null;
}

/// <summary>What became of it.</summary>
internal enum AppendOutcome
{
    /// <summary>The run was deleted meanwhile, or another process has taken it over or ended it: nothing was stored.</summary>
    Lost,
    Stored,

    /// <summary>Stored, and it was the end of an agent's run.</summary>
    Ended,
}

/// <summary>Adds events to runs and brings their messages and approvals up to the last of them. What comes until the file is free goes into one transaction together (group commit): the turn, the statements and the commit cost about as much for sixty runs as for one.</summary>
internal sealed class RunAppends(IDbContextFactory<AgentsContext> contexts, string lease, TimeProvider time)
{
    private const int MostTogether = 64;

    private const string BringUpRun =
        """
        UPDATE agents_runs SET "Status" = @p2, "StopReason" = @p3, "Steps" = "Steps" + @p4, "Tokens" = "Tokens" + @p5, "EndedAt" = @p6, "LeaseUntil" = @p7, "WorkedMilliseconds" = @p8, "TokensOfOthers" = @p9
        WHERE "Id" = @p0 AND "Lease" = @p1 AND "EndedAt" IS NULL
        """;

    private const string BringUpMessage = """UPDATE agents_messages SET "Text" = @p1, "Citations" = @p2, "Sources" = @p3, "Usage" = @p4, "Error" = @p5 WHERE "Id" = @p0""";

    private const string AddEvent = """INSERT INTO agents_run_events ("RunId", "Seq", "At", "Name", "Data") VALUES (@p0, @p1, @p2, @p3, @p4)""";

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
        while (IsAnyWaiting())
        {
            List<(RunAppend Append, TaskCompletionSource<AppendOutcome> Outcome)> together = [];
            try
            {
                var outcomes = await StoreAsync(() => (together = Next()).ConvertAll(one => one.Append));
                foreach (var one in together)
                    one.Outcome.SetResult(outcomes.GetValueOrDefault(one.Append.Run.Id));
            }
            catch (Exception failure)
            {
                if (together.Count == 0)
                    together = Next(); // those that waited while no transaction began
                if (together.Count == 1)
                    together[0].Outcome.SetException(failure);
                else
                    await StoreEachAsync(together);
            }
        }
    }

    private bool IsAnyWaiting()
    {
        lock (gate)
            return isStoring = waiting.Count > 0;
    }

    private List<(RunAppend Append, TaskCompletionSource<AppendOutcome> Outcome)> Next()
    {
        lock (gate)
        {
            List<(RunAppend, TaskCompletionSource<AppendOutcome>)> next = [];
            while (next.Count < MostTogether && waiting.TryDequeue(out var one))
                next.Add(one);
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
                outcome.SetResult((await StoreAsync(() => [append with { IsAgain = true }])).GetValueOrDefault(append.Run.Id));
            }
            catch (Exception failure)
            {
                outcome.SetException(failure);
            }
        }
    }

    /// <summary>Stores all, or none and throws; of runs that are lost nothing stands in the answer.</summary>
    /// <param name="take">Tells what is to be stored; called when the transaction has begun, so that what came while others wrote to the file goes too.</param>
    private async Task<Dictionary<Guid, AppendOutcome>> StoreAsync(Func<IReadOnlyList<RunAppend>> take)
    {
        await using var db = await contexts.CreateDbContextAsync();
        db.WritesFirst = true; // the tools of runs wait for it
        await using var begun = await db.Database.BeginTransactionAsync();
        var transaction = begun.GetDbTransaction();
        Dictionary<Guid, AppendOutcome> outcomes = [];
        List<RunAppend> missing = [];
        foreach (var append in take())
        {
            var events = append.IsAgain ? await MissingAsync(db, append) : append.Events;
            if (events.Count == 0)
                outcomes[append.Run.Id] = AppendOutcome.Stored;
            else
                missing.Add(append with { Events = events });
        }
        if (missing.Count == 0)
            return outcomes;

        // The runs first: from here on nobody takes them or ends them until what is added is stored. In the order of their ids, as leases are kept.
        missing.Sort((one, other) => one.Run.Id.CompareTo(other.Run.Id));
        var until = time.GetUtcNow() + RunStore.LeaseTime;
        var changed = await RowStatement.ExecuteAsync(transaction, BringUpRun, missing.ConvertAll(append => Run(append, until)), CancellationToken.None);
        var ours = missing.Where((_, i) => changed[i] == 1).ToList();
        await RowStatement.ExecuteAsync(transaction, BringUpMessage, [.. ours.Where(append => append.TellsMore).Select(Message)], CancellationToken.None);
        await RowStatement.ExecuteAsync(transaction, AddEvent, [.. ours.SelectMany(append => append.Events).Select(Event)], CancellationToken.None);
        db.Approvals.AddRange(ours.SelectMany(append => append.Events.Where(e => e.Name == "approval.requested").Select(asked => ApprovalRow.Of(append.Run, asked))));
        if (db.ChangeTracker.HasChanges())
            await db.SaveChangesAsync();
        foreach (var append in ours)
        {
            outcomes[append.Run.Id] = AppendOutcome.Stored;
            if (append is not { EndedAt: { } ended, Run.Agent: not null })
                continue;
            await ApprovalRow.WithdrawAsync(db, append.Run.Id, ended, CancellationToken.None);
            outcomes[append.Run.Id] = AppendOutcome.Ended;
        }
        await begun.CommitAsync();
        return outcomes;
    }

    private object?[] Run(RunAppend append, DateTimeOffset until)
    {
        var (run, events, progress) = (append.Run, append.Events, append.Progress);
        return
        [
            run.Id, lease, (int)progress.Status, progress.StopReason is { } reason ? RunJson.Write(reason).Trim('"') : null,
            RunCosts.Steps(events), RunCosts.Tokens(events, ofAgent: run.Agent is not null), append.EndedAt?.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds(),
            (long)progress.Worked.TotalMilliseconds, progress.TokensOfOthers,
        ];
    }

    private static object?[] Message(RunAppend append)
    {
        var progress = append.Progress;
        return
        [
            append.Run.AssistantMessageId, progress.Text, progress.Citations.Count == 0 ? null : RunJson.Write(progress.Citations), progress.Sources is null ? null : RunJson.Write(progress.Sources.Sources),
            progress.Usage is null ? null : RunJson.Write(progress.Usage), progress.Error is null ? null : RunJson.Write(progress.Error),
        ];
    }

    private static object?[] Event(RunEvent e) => [e.RunId, e.Seq, e.At.ToUnixTimeMilliseconds(), e.Name, e.Data];

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
