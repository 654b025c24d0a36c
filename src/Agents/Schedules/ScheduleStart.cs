using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Schedules;

/// <summary>Starts the run of a time that was taken, in the name of the schedule's owner and with what its agent has published by then. Done again after a crash it starts nothing new.</summary>
internal sealed class ScheduleStart(
    IDbContextFactory<AgentsContext> contexts, IRunOwners owners, AgentLibrary agents, RunAgent runs, TimeProvider time, ILogger<ScheduleStart> log)
{
    /// <summary>So long it is tried again while no further run may wait.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public async Task StartAsync(ScheduleEntryRow entry, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.Schedules.AsNoTracking().SingleOrDefaultAsync(s => s.Id == entry.ScheduleId, cancellation) is not { } schedule)
            return; // deleted a moment ago
        try
        {
            var (outcome, reason) = await OutcomeAsync(db, schedule, entry, cancellation);
            await NoteAsync(db, entry, outcome, reason);
        }
        catch (RunException busy) when (busy.Kind == RunErrorKind.ModelBusy && time.GetUtcNow() - entry.CreatedAt < Patience)
        {
            return; // it stays noted, and is tried at the next look
        }
        catch (RunConflictException) when (!cancellation.IsCancellationRequested)
        {
            await NoteAsync(db, entry, ScheduleOutcome.Started, ""); // by another process, which took this one for dead
        }
        catch (RunException busy) when (busy.Kind == RunErrorKind.ModelBusy)
        {
            await NoteAsync(db, entry, ScheduleOutcome.Refused, ScheduleRefusal.Busy);
        }
        catch (ArgumentException refused)
        {
            log.LogWarning(refused, "The schedule {Schedule} cannot be started", schedule.Id);
            await NoteAsync(db, entry, ScheduleOutcome.Refused, ScheduleRefusal.Invalid);
        }
        catch (NotFoundException)
        {
            await NoteAsync(db, entry, ScheduleOutcome.Refused, ScheduleRefusal.AgentGone);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            log.LogError(failure, "The schedule {Schedule} could not be started", schedule.Id);
            await NoteAsync(db, entry, ScheduleOutcome.Refused, ScheduleRefusal.Failed);
        }
    }

    private async Task<(ScheduleOutcome Outcome, string Reason)> OutcomeAsync(AgentsContext db, ScheduleRow schedule, ScheduleEntryRow entry, CancellationToken cancellation)
    {
        if (await db.Runs.AnyAsync(r => r.Id == entry.RunId, cancellation))
            return (ScheduleOutcome.Started, ""); // before the crash
        if (await owners.FindAsync(schedule.OwnerId, cancellation) is not { } owner)
            return (ScheduleOutcome.Refused, ScheduleRefusal.OwnerGone);
        if (schedule.Overlap == OverlapRule.Skip && await db.ScheduleEntries.AnyAsync(e => e.ScheduleId == schedule.Id && e.Id != entry.Id && db.Runs.Any(r => r.Id == e.RunId && r.EndedAt == null), cancellation))
            return (ScheduleOutcome.Overlapped, "");
        await RunAsync(owner, schedule, entry, cancellation);
        return (ScheduleOutcome.Started, "");
    }

    private async Task RunAsync(RunOwner owner, ScheduleRow schedule, ScheduleEntryRow entry, CancellationToken cancellation)
    {
        Caller caller = owner.Caller;
        var agent = await agents.GetAsync(caller, schedule.AgentId, cancellation);
        var version = await agents.PublishedAsync(caller, agent.Slug, cancellation);
        AgentTask task = new(version.AgentId, version.Number, version.Definition, owner.Name, caller.IsAdministrator) { TimeZone = schedule.TimeZone };
        await runs.StartAsync(caller, new StartRun(entry.RunId, Guid.CreateVersion7(time.GetUtcNow()), schedule.Input, Agent: task) { Before = [], Purpose = RunPurpose.Scheduled }, cancellation);
    }

    private static async Task NoteAsync(AgentsContext db, ScheduleEntryRow entry, ScheduleOutcome outcome, string reason) =>
        await db.ScheduleEntries.Where(e => e.Id == entry.Id).ExecuteUpdateAsync(set => set.SetProperty(e => e.Outcome, outcome).SetProperty(e => e.Reason, reason), CancellationToken.None);
}
