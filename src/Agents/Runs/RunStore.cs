using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Platform.Agents.Acting;
using Platform.Agents.Memory;
using Platform.Agents.Storage;
using Platform.Retrieval.Storage;

namespace Platform.Agents.Runs;

/// <summary>Runs and their events in the database.</summary>
internal sealed class RunStore
{
    private const string KeepLease = """UPDATE agents_runs SET "LeaseUntil" = @p2 WHERE "Id" = @p0 AND "Lease" = @p1 AND "EndedAt" IS NULL""";

    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly LeaseOwner owner;
    private readonly TimeProvider time;
    private readonly RunAppends appends;

    public RunStore(IDbContextFactory<AgentsContext> contexts, LeaseOwner owner, TimeProvider time)
    {
        (this.contexts, this.owner, this.time, Lease) = (contexts, owner, time, owner.NewLease());
        appends = new(contexts, Lease, time);
    }

    /// <summary>A run whose process has not said for so long that it works on it has been abandoned.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(60);

    public const string InterruptedMessage = "The program stopped while this answer was being written. What was written is kept; ask again for the rest.";

    /// <summary>Of every run that this process starts.</summary>
    public string Lease { get; }

    /// <summary>Adds events and brings the message, the run and its approvals up to the last of them, all or nothing. False, and nothing, for a run that was deleted meanwhile or that another process has taken over or ended.</summary>
    public async Task<bool> AppendAsync(RunAppend append)
    {
        var outcome = await appends.AddAsync(append);
        if (outcome == AppendOutcome.Ended)
        {
            await using var db = await contexts.CreateDbContextAsync();
            await CancelNestedAsync(db, append.Run.Id, CancellationToken.None);
        }
        return outcome != AppendOutcome.Lost;
    }

    /// <summary>Whether a run waits for a person since that event: no stretch of work began after it.</summary>
    public async Task<bool> IsWaitingSinceAsync(Guid runId, int seq, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Runs.AnyAsync(r => r.Id == runId && r.Status == RunStatus.RequiresAction && r.EndedAt == null, cancellation)
            && !await db.RunEvents.AnyAsync(e => e.RunId == runId && e.Seq > seq && e.Name == "run.status", cancellation);
    }

    /// <summary>Takes a run that waits for a person, or is nobody's, for this process; false when another was quicker.</summary>
    public async Task<bool> TakeAsync(AgentsContext db, Guid runId, Expression<Func<RunRow, bool>> which, CancellationToken cancellation)
    {
        var until = time.GetUtcNow() + LeaseTime;
        return await db.Runs.Where(r => r.Id == runId && r.EndedAt == null).Where(which)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Lease, Lease).SetProperty(r => r.LeaseUntil, until).SetProperty(r => r.Status, RunStatus.Queued), cancellation) == 1;
    }

    /// <summary>Has the process that executes a run stop it (<see cref="RunStops"/>), whichever that is by then, or whichever takes it up after a crash.</summary>
    public async Task AskToStopAsync(Guid runId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Runs.Where(r => r.Id == runId && r.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(r => r.StopAsked, true), cancellation);
    }

    /// <summary>Those of the runs that are to be stopped.</summary>
    public async Task<IReadOnlyList<Guid>> AskedToStopAsync(IReadOnlyCollection<Guid> runs, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Runs.Where(r => runs.Contains(r.Id) && r.StopAsked && r.EndedAt == null).Select(r => r.Id).ToListAsync(cancellation);
    }

    /// <summary>Ends a run that waits for a person; false when it does not wait any more.</summary>
    public async Task<bool> CancelWaitingAsync(Guid runId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await db.Runs.Where(r => r.Id == runId && r.Status == RunStatus.RequiresAction && r.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.EndedAt, now).SetProperty(r => r.Status, RunStatus.Cancelled), cancellation) == 0)
            return false;
        await ApprovalRow.WithdrawAsync(db, runId, now, cancellation);
        var run = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == runId, cancellation);
        var text = (await db.Messages.AsNoTracking().SingleOrDefaultAsync(m => m.Id == run.AssistantMessageId, cancellation))?.Text ?? "";
        await AddEventsAsync(db, runId, now, cancellation, ("run.status", RunJson.Write(new RunStatusData("cancelled", 0))), ("done", RunJson.Write(new TextData(text))));
        await transaction.CommitAsync(cancellation);
        await CancelNestedAsync(db, runId, cancellation);
        return true;
    }

    /// <summary>Ends what waits for a person below a run that has ended.</summary>
    private async Task CancelNestedAsync(AgentsContext db, Guid parent, CancellationToken cancellation)
    {
        foreach (var waiting in await db.Runs.Where(r => r.ParentId == parent && r.EndedAt == null && r.Status == RunStatus.RequiresAction).Select(r => r.Id).ToListAsync(cancellation))
            await CancelWaitingAsync(waiting, cancellation);
    }

    /// <summary>Adds events to a run that no process executes, after the last that it has.</summary>
    public static async Task AddEventsAsync(AgentsContext db, Guid runId, DateTimeOffset at, CancellationToken cancellation, params (string Name, string Data)[] events)
    {
        var last = await db.RunEvents.Where(e => e.RunId == runId).MaxAsync(e => (int?)e.Seq, cancellation) ?? 0;
        db.RunEvents.AddRange(events.Select((e, i) => Row(new RunEvent(runId, last + 1 + i, at, e.Name, e.Data))));
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>The run if the person owns it, else null.</summary>
    public async Task<RunRow?> FindAsync(string ownerId, Guid runId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId && r.OwnerId == ownerId, cancellation);
    }

    /// <summary>Up to 500 stored events after a number, in order.</summary>
    public async Task<IReadOnlyList<RunEvent>> EventsAsync(Guid runId, int afterSeq, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await db.RunEvents.AsNoTracking().Where(e => e.RunId == runId && e.Seq > afterSeq).OrderBy(e => e.Seq).Take(500).ToListAsync(cancellation);
        return rows.ConvertAll(e => new RunEvent(e.RunId, e.Seq, e.At, e.Name, e.Data));
    }

    /// <summary>All stored events, in order.</summary>
    public async Task<IReadOnlyList<RunEvent>> AllEventsAsync(Guid runId, CancellationToken cancellation)
    {
        List<RunEvent> events = [];
        while (await EventsAsync(runId, events.Count, cancellation) is { Count: > 0 } more)
            events.AddRange(more);
        return events;
    }

    /// <summary>The newest summary among the answers that stand before this run's in its conversation; null where none was made.</summary>
    public async Task<EarlierSummary?> SummaryBeforeAsync(Guid runId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var run = await db.Runs.AsNoTracking().Where(r => r.Id == runId).Select(r => new { r.ConversationId, r.UserMessageId }).SingleOrDefaultAsync(cancellation);
        if (run is null)
            return null;
        var messages = await db.Messages.AsNoTracking().Where(m => m.ConversationId == run.ConversationId).Select(m => new { m.Id, m.ParentId, m.RunId }).ToDictionaryAsync(m => m.Id, cancellation);
        List<Guid> before = [];
        for (var at = messages.GetValueOrDefault(run.UserMessageId)?.ParentId; at is { } id && messages.TryGetValue(id, out var message); at = message.ParentId)
        {
            if (message.RunId is { } other && !before.Contains(other))
                before.Add(other);
        }
        var summaries = await db.RunEvents.AsNoTracking().Where(e => before.Contains(e.RunId) && e.Name == "step.completed" && e.Data.Contains("\"kind\":\"summary\"")).ToListAsync(cancellation);
        return summaries.OrderBy(e => before.IndexOf(e.RunId)).ThenByDescending(e => e.Seq).Select(e => RunJson.Read<StepCompletedData>(e.Data)).Where(step => step.Kind == StepKind.Summary && step.Text.Trim().Length > 0)
            .Select(step => new EarlierSummary(step.Text.Trim(), step.Turns ?? 0)).FirstOrDefault();
    }

    /// <summary>The number of the last stored event; 0 when there is none.</summary>
    public async Task<int> LastSeqAsync(Guid runId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.RunEvents.Where(e => e.RunId == runId).MaxAsync(e => (int?)e.Seq, cancellation) ?? 0;
    }

    /// <summary>Makes the leases of these runs last. In the order in which <see cref="RunAppends"/> takes them: two that take rows in different orders wait for each other.</summary>
    public async Task KeepAsync(IReadOnlyCollection<Guid> runs, CancellationToken cancellation)
    {
        if (runs.Count == 0)
            return;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        db.WritesFirst = true; // a lease that is kept too late is lost
        var until = (time.GetUtcNow() + LeaseTime).ToUnixTimeMilliseconds();
        await using var begun = await db.Database.BeginTransactionAsync(cancellation);
        await RowStatement.ExecuteAsync(begun.GetDbTransaction(), KeepLease, [.. runs.Order().Select(run => new object?[] { run, Lease, until })], cancellation);
        await begun.CommitAsync(cancellation);
    }

    /// <summary>Ends the runs that the last process on this data folder left unfinished, and those that are nobody's, with the text that they have; takes those of agents, which can be gone on with, and returns them. Call before any run starts.</summary>
    public Task<IReadOnlyList<RunRow>> EndInterruptedAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return EndAsync(r => r.Lease == null || r.Lease.StartsWith(owner.Folder) || r.LeaseUntil < now, cancellation);
    }

    /// <summary>Ends the runs of processes that are gone; takes those of agents and returns them.</summary>
    public Task<IReadOnlyList<RunRow>> EndAbandonedAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return EndAsync(r => r.LeaseUntil < now, cancellation);
    }

    private async Task<IReadOnlyList<RunRow>> EndAsync(Expression<Func<RunRow, bool>> which, CancellationToken cancellation)
    {
        await EndOrphansAsync(cancellation);
        List<RunRow> taken = [];
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var error = new ErrorData(RunErrorKind.Interrupted, InterruptedMessage);
        // One that another run asked is gone on with by that run, while there is one.
        var left = db.Runs.AsNoTracking().Where(r => r.EndedAt == null && r.Status != RunStatus.RequiresAction && (r.ParentId == null || !db.Runs.Any(p => p.Id == r.ParentId && p.EndedAt == null)));
        foreach (var run in await left.Where(which).ToListAsync(cancellation))
        {
            if (run is { Agent: not null, ParentId: null })
            {
                if (await TakeAsync(db, run.Id, which, cancellation))
                    taken.Add(run);
                continue;
            }
            var now = time.GetUtcNow();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);

            // Of several processes that find it, one ends it.
            if (await db.Runs.Where(r => r.Id == run.Id && r.EndedAt == null).Where(which).ExecuteUpdateAsync(set => set.SetProperty(r => r.EndedAt, now).SetProperty(r => r.Status, RunStatus.Failed), cancellation) == 0)
                continue;
            await ApprovalRow.WithdrawAsync(db, run.Id, now, cancellation); // what it had asked a moment before its process was gone
            if (await db.Messages.SingleOrDefaultAsync(m => m.Id == run.AssistantMessageId, cancellation) is { } message)
                message.Error = RunJson.Write(error);
            await AddEventsAsync(db, run.Id, now, cancellation, ("run.status", RunJson.Write(new RunStatusData("failed", 0))), ("error", RunJson.Write(error)));
            await transaction.CommitAsync(cancellation);
        }
        return taken;
    }

    /// <summary>Ends what waits for a person below a run that is gone, or ended a moment before a crash.</summary>
    private async Task EndOrphansAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var left = db.Runs.Where(r => r.EndedAt == null && r.Status == RunStatus.RequiresAction && r.ParentId != null && !db.Runs.Any(p => p.Id == r.ParentId && p.EndedAt == null));
        foreach (var orphan in await left.Select(r => r.Id).ToListAsync(cancellation))
            await CancelWaitingAsync(orphan, cancellation);
    }

    internal static RunEventRow Row(RunEvent e) => new() { RunId = e.RunId, Seq = e.Seq, At = e.At, Name = e.Name, Data = e.Data };
}
