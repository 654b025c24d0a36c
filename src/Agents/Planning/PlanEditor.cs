using Microsoft.EntityFrameworkCore;
using Platform.Agents.Acting;
using Platform.Agents.Approvals;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Planning;

/// <summary>A step as it stands.</summary>
public sealed record PlanStepShown(PlanStep Step, PlanStepState State);

/// <summary>Shows and changes the plan of a run: its owner's, while it runs or waits. What has begun stays as it is.</summary>
public sealed class PlanEditor
{
    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly RunStore store;
    private readonly RunHost host;
    private readonly EditedPlan edited;
    private readonly TimeProvider time;

    internal PlanEditor(IDbContextFactory<AgentsContext> contexts, RunStore store, RunHost host, EditedPlan edited, TimeProvider time) =>
        (this.contexts, this.store, this.host, this.edited, this.time) = (contexts, store, host, edited, time);

    /// <summary>The newest version with the state of each step; null where the run has no plan.</summary>
    public async Task<(int Version, IReadOnlyList<PlanStepShown> Steps)?> GetAsync(Caller caller, Guid runId, CancellationToken cancellation)
    {
        await RowAsync(caller, runId, cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var past = AgentPast.Of(host.Find(runId)?.Since(0).Events ?? await EventsAsync(db, runId, cancellation));
        return past.Plan is { } plan ? (plan.Version, [.. plan.Steps.Select(step => new PlanStepShown(step, PlanProgress.Of(step, past)))]) : null;
    }

    /// <summary>Puts other steps in the place of the plan's. FieldException: a plan that cannot be carried out, or in which a step that has begun is another. RunConflictException: the run has ended, has no plan, its newest version is another than the one that was edited, or another process executes the run.</summary>
    /// <param name="version">The version that the person saw.</param>
    public async Task EditAsync(Caller caller, Guid runId, int version, IReadOnlyList<PlanStep> steps, CancellationToken cancellation)
    {
        for (var isChecked = false; ;)
        {
            var live = host.Find(runId);
            var row = await RowAsync(caller, runId, cancellation);
            if (!isChecked && row.EndedAt is null)
                await RequireAsync(caller, row, version, steps, live, cancellation);
            isChecked = true;
            if (live is not null && live.Exclusively(events => Take(live, events, version, steps)))
                return;
            if (row.EndedAt is not null)
                throw new RunConflictException("The run has ended. Start another.");
            if (live is null && row.Status == RunStatus.RequiresAction && await StoreAsync(runId, version, steps, cancellation))
                return;
            if (row.Status != RunStatus.RequiresAction && row.Lease != store.Lease)
                throw new RunConflictException("Another process of the program carries this plan out, and it is changed there alone. Stop the run, or change the plan when the run waits.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation); // between running and waiting
        }
    }

    /// <summary>Tools are looked at once, before anything is changed: a server of theirs may be slow.</summary>
    private async Task RequireAsync(Caller caller, RunRow row, int version, IReadOnlyList<PlanStep> steps, LiveRun? live, CancellationToken cancellation)
    {
        var past = AgentPast.Of(live?.Since(0).Events ?? await store.AllEventsAsync(row.Id, cancellation));
        var fault = row.Agent is not null && past.Plan?.Version == version ? await edited.FaultAsync(RunJson.Read<AgentTask>(row.Agent), caller, past, steps, cancellation) : PlanCheck.Fault(steps);
        if (fault is not null)
            throw new FieldException(fault.Field, fault.Message);
    }

    private static bool Take(LiveRun live, IReadOnlyList<RunEvent> events, int version, IReadOnlyList<PlanStep> steps)
    {
        if (live.IsEnded)
            return false;
        live.Add("plan.updated", Changed(AgentPast.Of(events), version, steps));
        return true;
    }

    private async Task<bool> StoreAsync(Guid runId, int version, IReadOnlyList<PlanStep> steps, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();
        if (await db.Runs.Where(r => r.Id == runId && r.Status == RunStatus.RequiresAction && r.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(r => r.LeaseUntil, now), cancellation) == 0)
            return false;
        var changed = Changed(AgentPast.Of(await EventsAsync(db, runId, cancellation)), version, steps);
        await RunStore.AddEventsAsync(db, runId, now, cancellation, ("plan.updated", RunJson.Write(changed)));
        var plan = RunJson.Write(changed.Plan); // what is approved is what the approval shows
        await db.Approvals.Where(a => a.RunId == runId && a.Status == ApprovalStatus.Pending && a.Tool == PlanExecution.ApprovalName).ExecuteUpdateAsync(set => set.SetProperty(a => a.Arguments, plan), cancellation);
        await transaction.CommitAsync(cancellation);
        host.Tell(runId); // who follows it sees at once what was changed
        return true;
    }

    private static PlanData Changed(AgentPast past, int version, IReadOnlyList<PlanStep> steps)
    {
        var before = past.Plan ?? throw new RunConflictException("This run has no plan.");
        if (before.Version != version)
            throw new RunConflictException($"The plan is at version {before.Version} by now; version {version} was edited. Look at it again.");
        Plan after = new(before.Version + 1, steps);
        var changes = PlanDiff.Between(before, after);
        return PlanCheck.Begun(past, steps, changes) is { } begun ? throw new FieldException(begun.Field, begun.Message) : new(after, changes, PlanData.Edited);
    }

    private static async Task<IReadOnlyList<RunEvent>> EventsAsync(AgentsContext db, Guid runId, CancellationToken cancellation) =>
        (await db.RunEvents.AsNoTracking().Where(e => e.RunId == runId).OrderBy(e => e.Seq).ToListAsync(cancellation)).ConvertAll(e => new RunEvent(e.RunId, e.Seq, e.At, e.Name, e.Data));

    private async Task<RunRow> RowAsync(Caller caller, Guid runId, CancellationToken cancellation) =>
        await store.FindAsync(caller.UserId, runId, cancellation) ?? throw new NotFoundException("Run");
}
