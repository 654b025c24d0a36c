using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Agents.Acting;
using Platform.Agents.Nesting;
using Platform.Agents.Planning;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Agents.Tools;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Approvals;

/// <summary>How a person decides.</summary>
/// <param name="ForRun">Approves the tool for the rest of the run too.</param>
/// <param name="Arguments">In place of those that were asked about.</param>
/// <param name="Comment">Told to the agent, at most 1,000 characters.</param>
public sealed record ApprovalChoice(bool Approve, bool ForRun = false, JsonElement? Arguments = null, string Comment = "");

/// <summary>The approval has been decided already, or its run has ended.</summary>
public sealed class ApprovalConflictException(string message) : Exception(message);

/// <summary>What agents wait for: a person's own, for the runs are. It outlives the process; a run that waits takes nobody's time.</summary>
public sealed class ApprovalBox
{
    private const int MaxComment = 1000;
    private const string Expired = "approval_expired";

    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly RunStore store;
    private readonly RunResumption resumption;
    private readonly ToolCatalog tools;
    private readonly EditedPlan edited;
    private readonly TimeProvider time;

    internal ApprovalBox(IDbContextFactory<AgentsContext> contexts, RunStore store, RunResumption resumption, ToolCatalog tools, EditedPlan edited, TimeProvider time) =>
        (this.contexts, this.store, this.resumption, this.tools, this.edited, this.time) = (contexts, store, resumption, tools, edited, time);

    /// <summary>Those that wait, the first to expire first; or all of the caller's, newest first, at most 200.</summary>
    public async Task<IReadOnlyList<Approval>> ListAsync(Caller caller, bool pendingOnly, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var own = db.Approvals.AsNoTracking().Where(a => a.OwnerId == caller.UserId);
        var rows = pendingOnly
            ? own.Where(ApprovalRow.WaitsAt(time.GetUtcNow())).OrderBy(a => a.ExpiresAt).ThenBy(a => a.Id)
            : own.OrderByDescending(a => a.CreatedAt).ThenBy(a => a.Id);
        return (await rows.Take(200).ToListAsync(cancellation)).ConvertAll(Shown);
    }

    /// <summary>How many wait for the caller.</summary>
    public async Task<int> CountAsync(Caller caller, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Approvals.Where(ApprovalRow.WaitsAt(time.GetUtcNow())).CountAsync(a => a.OwnerId == caller.UserId, cancellation);
    }

    /// <summary>What waits in runs of agents that this run asked, and that those asked.</summary>
    public async Task<IReadOnlyList<Approval>> BelowAsync(Caller caller, Guid runId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var below = await RunTree.BelowAsync(db, runId, cancellation);
        return (await db.Approvals.AsNoTracking().Where(ApprovalRow.WaitsAt(time.GetUtcNow())).Where(a => a.OwnerId == caller.UserId && below.Contains(a.RunId)).OrderBy(a => a.CreatedAt).ToListAsync(cancellation)).ConvertAll(Shown);
    }

    public async Task<Approval> GetAsync(Caller caller, Guid approvalId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return Shown(await OwnAsync(db, caller, approvalId, cancellation));
    }

    /// <summary>Decides, and lets the run go on when nothing else of it waits. FieldException for arguments that the tool, or the plan, does not take, and for a tool that is asked about each time and is to be approved for the run; ApprovalConflictException where it is decided already, expired or not, whatever the arguments are.</summary>
    public async Task<Approval> DecideAsync(Caller caller, Guid approvalId, ApprovalChoice choice, CancellationToken cancellation)
    {
        if (choice.Comment.Length > MaxComment)
            throw new FieldException("comment", $"A comment has at most {MaxComment:N0} characters; this one has {choice.Comment.Length:N0}.");
        ApprovalRow row;
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
            row = await OwnAsync(db, caller, approvalId, cancellation);
        if (row.Status != ApprovalStatus.Pending)
            throw Decided();
        var asked = Shown(row);
        if (choice is { Approve: true, ForRun: true } && await tools.FindAsync(asked.Tool, cancellation) is { AlwaysAsks: true })
            throw new FieldException("forRun", $"A person reads each call of {asked.Tool} before it is made; approve this one alone.");
        choice = choice with { Arguments = choice.Approve && time.GetUtcNow() < asked.ExpiresAt ? await AllowedAsync(caller, asked, choice.Arguments, cancellation) : null };
        await UntilWaitingAsync(asked, cancellation);
        var inTime = time.GetUtcNow() < asked.ExpiresAt;
        await ResolveAsync(asked, inTime ? choice : new(Approve: false), inTime ? caller.UserId : null, cancellation);
        return inTime ? await GetAsync(caller, approvalId, cancellation)
            : throw new ApprovalConflictException($"The approval expired at {asked.ExpiresAt:u}. The call was not made; ask the agent again.");
    }

    /// <summary>Rejects what nobody decided in time. What a run asked that does not wait yet is left for the next time: nothing is waited for here.</summary>
    /// <returns>When the next of those that are left expires, or has expired; null where there is none.</returns>
    internal async Task<DateTimeOffset?> ExpireAsync(CancellationToken cancellation)
    {
        List<ApprovalRow> late;
        var now = time.GetUtcNow();
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
            late = await db.Approvals.AsNoTracking().Where(a => a.Status == ApprovalStatus.Pending && a.ExpiresAt <= now
                && db.Runs.Any(r => r.Id == a.RunId && r.Status == RunStatus.RequiresAction && r.EndedAt == null)).ToListAsync(cancellation);
        foreach (var row in late)
        {
            try
            {
                await ResolveAsync(Shown(row), new(Approve: false), decidedBy: null, cancellation);
            }
            catch (ApprovalConflictException)
            {
                continue; // a person, or another process, was quicker
            }
        }
        await using var then = await contexts.CreateDbContextAsync(cancellation);
        return await then.Approvals.Where(a => a.Status == ApprovalStatus.Pending && then.Runs.Any(r => r.Id == a.RunId && r.EndedAt == null)).OrderBy(a => a.ExpiresAt).Select(a => (DateTimeOffset?)a.ExpiresAt).FirstOrDefaultAsync(cancellation);
    }

    /// <summary>What is allowed in the place of what was asked; null where that is, be it sent back or not. Throws FieldException for what cannot be.</summary>
    private async Task<JsonElement?> AllowedAsync(Caller caller, Approval asked, JsonElement? given, CancellationToken cancellation) =>
        await CheckedAsync(caller, asked, given, cancellation) is { } allowed && !JsonElement.DeepEquals(allowed, asked.Arguments) ? allowed : null;

    private async Task<JsonElement?> CheckedAsync(Caller caller, Approval asked, JsonElement? given, CancellationToken cancellation)
    {
        if (asked.IsQuestion)
            return Clarification.Fault(given) is { } unanswered ? throw new FieldException("arguments.answer", unanswered) : given;
        if (given is not { } arguments)
            return null;
        if (asked.IsPlan)
            return await PlanAsync(caller, asked, arguments, cancellation);
        return await tools.FindAsync(asked.Tool, cancellation) is { } tool && ArgumentCheck.Fault(tool.Parameters, arguments) is { } fault
            ? throw new FieldException("arguments", $"The arguments of {asked.Tool} are wrong: {fault}") : arguments;
    }

    /// <summary>The plan with all that may be left out of it.</summary>
    private async Task<JsonElement> PlanAsync(Caller caller, Approval asked, JsonElement arguments, CancellationToken cancellation)
    {
        var steps = WrittenPlan.Read(arguments, "arguments");
        var run = await store.FindAsync(caller.UserId, asked.RunId, cancellation) ?? throw new NotFoundException("Run");
        var past = AgentPast.Of(await store.AllEventsAsync(asked.RunId, cancellation));
        return await edited.FaultAsync(RunJson.Read<AgentTask>(run.Agent!), caller, past, steps, cancellation) is { } fault
            ? throw new FieldException($"arguments.{fault.Field}", $"The plan cannot be carried out: {fault.Message}")
            : JsonSerializer.SerializeToElement(new Plan(past.Plan?.Version ?? 1, steps), RunJson.Options);
    }

    /// <param name="decidedBy">Null where its time was up.</param>
    private async Task ResolveAsync(Approval asked, ApprovalChoice choice, string? decidedBy, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var allowed = choice.Approve && choice.Arguments is { } instead ? instead.GetRawText() : null;
        var status = decidedBy is null ? ApprovalStatus.Expired : choice.Approve ? ApprovalStatus.Approved : ApprovalStatus.Rejected;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);

        // The run first: of several that decide for one run at once, each waits for the one before it.
        if (await db.Runs.Where(r => r.Id == asked.RunId && r.Status == RunStatus.RequiresAction && r.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(r => r.LeaseUntil, now), cancellation) == 0
            || await db.Approvals.Where(a => a.Id == asked.Id && a.Status == ApprovalStatus.Pending)
                .ExecuteUpdateAsync(set => set.SetProperty(a => a.Status, status).SetProperty(a => a.DecidedAt, now).SetProperty(a => a.DecidedBy, decidedBy).SetProperty(a => a.Comment, StorableText.Of(choice.Comment)).SetProperty(a => a.ApprovedArguments, allowed), cancellation) == 0)
            throw Decided();
        ApprovalResolvedData resolved = new(asked.Id, asked.CallId, asked.Tool, status, choice.Approve ? choice.Arguments : null, choice.Comment, decidedBy is null ? Expired : "", choice is { Approve: true, ForRun: true });
        await RunStore.AddEventsAsync(db, asked.RunId, now, CancellationToken.None, ("approval.resolved", RunJson.Write(resolved)));
        var isNested = await db.Runs.AnyAsync(r => r.Id == asked.RunId && r.ParentId != null, CancellationToken.None);
        var goesOn = !isNested && !await RunTree.IsAskedAsync(db, asked.RunId, CancellationToken.None) && await store.TakeAsync(db, asked.RunId, r => r.Status == RunStatus.RequiresAction, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        resumption.Tell(asked.RunId);
        if (isNested)
            await resumption.WakeAsync(asked.RunId, CancellationToken.None);
        else if (goesOn)
            await resumption.GoOnAsync(await db.Runs.AsNoTracking().SingleAsync(r => r.Id == asked.RunId, CancellationToken.None), CancellationToken.None);
    }

    /// <summary>A run that has just asked stores that it waits a moment later.</summary>
    private async Task UntilWaitingAsync(Approval asked, CancellationToken cancellation)
    {
        while (true)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            var pending = await db.Approvals.AnyAsync(a => a.Id == asked.Id && a.Status == ApprovalStatus.Pending, cancellation);
            var status = await db.Runs.Where(r => r.Id == asked.RunId && r.EndedAt == null).Select(r => (RunStatus?)r.Status).SingleOrDefaultAsync(cancellation);
            if (!pending || status is null)
                throw Decided();
            if (status == RunStatus.RequiresAction)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation);
        }
    }

    private static ApprovalConflictException Decided() => new("This approval has been decided already, or its run has ended.");

    private static async Task<ApprovalRow> OwnAsync(AgentsContext db, Caller caller, Guid approvalId, CancellationToken cancellation) =>
        await db.Approvals.AsNoTracking().SingleOrDefaultAsync(a => a.Id == approvalId && a.OwnerId == caller.UserId, cancellation) ?? throw new NotFoundException("Approval");

    /// <summary>One whose time is up reads as expired from that moment on, whatever is stored of it yet.</summary>
    private Approval Shown(ApprovalRow row)
    {
        var (status, decidedAt) = row.Status == ApprovalStatus.Pending && row.ExpiresAt <= time.GetUtcNow() ? (ApprovalStatus.Expired, row.ExpiresAt) : (row.Status, row.DecidedAt);
        return new(row.Id, row.RunId, row.OwnerId, row.Agent, row.CallId, row.Tool, JsonElement.Parse(row.Arguments), row.Effects, status, row.CreatedAt, row.ExpiresAt, decidedAt, row.DecidedBy, row.Comment)
        {
            ApprovedArguments = row.ApprovedArguments is { } allowed ? JsonElement.Parse(allowed) : null,
        };
    }
}
