using Microsoft.EntityFrameworkCore;
using Platform.Agents.Answering;
using Platform.Agents.Conversations;
using Platform.Agents.Acting;
using Platform.Agents.Approvals;
using Platform.Agents.Nesting;
using Platform.Agents.Storage;
using Platform.Retrieval.Access;

namespace Platform.Agents.Runs;

/// <summary>Goes on with runs of agents that this process has taken: after a restart, or when a person has decided.</summary>
internal sealed class RunResumption
{
    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly RunStore store;
    private readonly RunHost host;
    private readonly TimeProvider time;

    public RunResumption(IDbContextFactory<AgentsContext> contexts, RunStore store, RunHost host, TimeProvider time)
    {
        (this.contexts, this.store, this.host, this.time) = (contexts, store, host, time);
        host.Waits = WakeAsync;
    }

    /// <summary>Those that the program's end interrupted.</summary>
    public async Task GoOnAsync(IReadOnlyList<RunRow> runs, CancellationToken cancellation)
    {
        foreach (var row in runs)
        {
            if (host.Find(row.Id) is { } own) // its lease ran out while it worked here
                own.Lose();
            host.Enqueue(await TakenUpAsync(row, cancellation));
        }
    }

    /// <summary>One that is executed in the place of its parent.</summary>
    public async Task<LiveRun> TakenUpAsync(RunRow row, CancellationToken cancellation)
    {
        var run = await LiveAsync(row, cancellation);
        if (row.Status == RunStatus.RequiresAction)
            return run;
        run.Add("run.status", new RunStatusData(AgentJournal.Resumed, 0));
        if (run.Progress.Text.Length > 0)
            run.Add("message.reset", new MessageResetData(AgentJournal.Resumed), p => p.Clear());
        return run;
    }

    /// <summary>Goes on with the run that a person started, above this one or itself, where it waits and nothing of it, or below it, waits for a person any more.</summary>
    public async Task WakeAsync(Guid runId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var root = await RunTree.RootAsync(db, runId, cancellation);
        if (!await RunTree.IsAskedAsync(db, root, cancellation) && await store.TakeAsync(db, root, r => r.Status == RunStatus.RequiresAction, cancellation))
            await GoOnAsync(await db.Runs.AsNoTracking().SingleAsync(r => r.Id == root, cancellation), cancellation);
    }

    /// <summary>Goes on with runs that waited for something that was decided before a crash.</summary>
    public async Task WakeForgottenAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var waiting = db.Runs.Where(r => r.EndedAt == null && r.Status == RunStatus.RequiresAction && r.ParentId == null && !db.Approvals.Any(a => a.RunId == r.Id && a.Status == ApprovalStatus.Pending));
        foreach (var id in await waiting.Select(r => r.Id).ToListAsync(cancellation))
            await WakeAsync(id, cancellation);
    }

    /// <summary>Tells who follows a run that waits that something was decided.</summary>
    public void Tell(Guid runId) => host.Tell(runId);

    /// <summary>One that waited for a person.</summary>
    public async Task GoOnAsync(RunRow row, CancellationToken cancellation) => host.Enqueue(await LiveAsync(row, cancellation));

    private async Task<LiveRun> LiveAsync(RunRow row, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var task = RunJson.Read<AgentTask>(row.Agent ?? throw new InvalidOperationException($"Run {row.Id} has no agent. This is a bug."));
        var messages = await db.Messages.AsNoTracking().Where(m => m.ConversationId == row.ConversationId).ToListAsync(cancellation);
        var baseIds = await db.Conversations.Where(c => c.Id == row.ConversationId).Select(c => c.BaseIds).SingleAsync(cancellation);
        MessageTree tree = new(messages);
        var asked = tree.Find(row.UserMessageId)!;
        var history = tree.PathTo(asked.ParentId).Where(m => m.Text.Length > 0).Select(m => new PastTurn(m.Role, m.Text)).ToList();
        var events = await db.RunEvents.AsNoTracking().Where(e => e.RunId == row.Id).OrderBy(e => e.Seq).ToListAsync(cancellation);
        AnswerQuestion question = new(new Caller(row.OwnerId, task.AsAdministrator), asked.Text, history, RunJson.Read<List<Guid>>(baseIds), row.Mode) { ConversationId = row.ConversationId };
        LiveRun run = new(row.Id, row.AssistantMessageId, question, time, task, events.ConvertAll(e => new RunEvent(e.RunId, e.Seq, e.At, e.Name, e.Data)));
        if (await db.Runs.AnyAsync(r => r.Id == row.Id && r.StopAsked, cancellation))
            run.Stop(); // before it does anything: a person said so while nobody worked on it, or a moment before a crash
        return run;
    }
}
