using Microsoft.EntityFrameworkCore;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Schedules;

/// <summary>A person's schedules and what became of their times. Another person's do not exist for the caller (NotFoundException).</summary>
public sealed class ScheduleLibrary
{
    /// <summary>Most schedules of one person.</summary>
    public const int MostSchedules = 100;

    /// <summary>Entries of a history that are kept.</summary>
    public const int MostEntries = 200;

    /// <summary>Longest name, UTF-16 characters.</summary>
    public const int MaxName = 80;

    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly AgentLibrary agents;
    private readonly ScheduleHost host;
    private readonly TimeProvider time;

    internal ScheduleLibrary(IDbContextFactory<AgentsContext> contexts, AgentLibrary agents, ScheduleHost host, TimeProvider time) =>
        (this.contexts, this.agents, this.host, this.time) = (contexts, agents, host, time);

    /// <summary>By name.</summary>
    public async Task<IReadOnlyList<Schedule>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await db.Schedules.AsNoTracking().Where(s => s.OwnerId == caller.UserId).OrderBy(s => s.Name).ThenBy(s => s.Id).ToListAsync(cancellation);
        return await ShownAsync(db, caller, rows, cancellation);
    }

    public async Task<Schedule> GetAsync(Caller caller, Guid scheduleId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return (await ShownAsync(db, caller, [await OwnAsync(db.Schedules.AsNoTracking(), caller, scheduleId, cancellation)], cancellation))[0];
    }

    /// <summary>FieldException: a setting that is not allowed. ArgumentException: more schedules than one person may have. NotFoundException: no such agent that the caller may use.</summary>
    public async Task<Schedule> CreateAsync(Caller caller, ScheduleSettings settings, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var next = await NextAsync(caller, settings, null, now, cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.Schedules.CountAsync(s => s.OwnerId == caller.UserId, cancellation) >= MostSchedules)
            throw new ArgumentException($"There are {MostSchedules} schedules already, and nobody may have more. Delete one that is no longer needed.", nameof(settings));
        ScheduleRow row = new() { Id = Guid.CreateVersion7(now), OwnerId = caller.UserId, Name = "", Input = "", Cron = "", TimeZone = "", CreatedAt = now };
        db.Add(Set(row, settings, next, now));
        await db.SaveChangesAsync(cancellation);
        return await GetAsync(caller, row.Id, cancellation);
    }

    /// <summary>As creating. The next time is counted from now. What is switched off may keep an agent that is gone, and times that can no longer be told. FieldException of updatedAt: it was changed meanwhile.</summary>
    /// <param name="seen">UpdatedAt of what the change was made from; null to change whatever is there.</param>
    public async Task<Schedule> ChangeAsync(Caller caller, Guid scheduleId, ScheduleSettings settings, CancellationToken cancellation, DateTimeOffset? seen = null)
    {
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await OwnAsync(db.Schedules, caller, scheduleId, cancellation);
        if (seen is { } from && row.UpdatedAt != from)
            throw new FieldException("updatedAt", "The schedule was changed meanwhile. Look at it as it is now, and change that.");
        Set(row, settings, await NextAsync(caller, settings, row, now, cancellation), now);
        await db.SaveChangesAsync(cancellation);
        return await GetAsync(caller, row.Id, cancellation);
    }

    /// <summary>Deletes it with its history. Its runs stay.</summary>
    public async Task DeleteAsync(Caller caller, Guid scheduleId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await OwnAsync(db.Schedules.AsNoTracking(), caller, scheduleId, cancellation);
        await db.Schedules.Where(s => s.Id == row.Id).ExecuteDeleteAsync(cancellation); // the database takes the history with it
    }

    /// <summary>The newest first, at most 200.</summary>
    public async Task<IReadOnlyList<ScheduleEntry>> HistoryAsync(Caller caller, Guid scheduleId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await OwnAsync(db.Schedules.AsNoTracking(), caller, scheduleId, cancellation);
        return await EntriesAsync(db, db.ScheduleEntries.Where(e => e.ScheduleId == scheduleId).OrderByDescending(e => e.CreatedAt).ThenByDescending(e => e.Id).Take(MostEntries), cancellation);
    }

    /// <summary>Starts it now, beside its times; the rule for overlapping holds. Returns the entry, which tells what became of it a moment later.</summary>
    public async Task<ScheduleEntry> RunNowAsync(Caller caller, Guid scheduleId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await OwnAsync(db.Schedules.AsNoTracking(), caller, scheduleId, cancellation);
        var entry = host.Entry(row.Id, time.GetUtcNow(), byHand: true);
        db.Add(entry);
        await db.SaveChangesAsync(cancellation);
        host.Wake();
        return Shown(entry, null);
    }

    /// <summary>The next moments of a cron expression. ArgumentException for one, or a time zone, that is none.</summary>
    public IReadOnlyList<DateTimeOffset> Preview(string cron, string timeZone, int count)
    {
        var (times, zone) = (CronTimes.Parse(cron), KnownZone.Of(timeZone));
        List<DateTimeOffset> found = [];
        while (found.Count < Math.Clamp(count, 1, 20) && times.Next(found.Count == 0 ? time.GetUtcNow() : found[^1], zone) is { } next)
            found.Add(next);
        return found;
    }

    private async Task<DateTimeOffset?> NextAsync(Caller caller, ScheduleSettings settings, ScheduleRow? before, DateTimeOffset now, CancellationToken cancellation)
    {
        if (settings.Name.Trim().Length is 0 or > MaxName)
            throw new FieldException("name", $"A schedule's name has 1 to {MaxName} characters; this one has {settings.Name.Trim().Length}.");
        if (string.IsNullOrWhiteSpace(settings.Input) || settings.Input.Length > RunAgent.MaxQuestionLength)
            throw new FieldException("input", $"What the agent is asked has 1 to {RunAgent.MaxQuestionLength:N0} characters; this has {settings.Input.Length:N0}.");
        if (!Enum.IsDefined(settings.Missed) || !Enum.IsDefined(settings.Overlap))
            throw new ArgumentException($"There is no rule '{settings.Missed}' or '{settings.Overlap}'.", nameof(settings));
        if (settings.Enabled || settings.AgentId != before?.AgentId)
            await agents.GetAsync(caller, settings.AgentId, cancellation);
        if (!settings.Enabled && (settings.Cron.Trim(), settings.TimeZone) == (before?.Cron, before?.TimeZone))
            return null;
        var next = CronTimes.Parse(settings.Cron).Next(now, KnownZone.Of(settings.TimeZone));
        return settings.Enabled ? next : null;
    }

    private static ScheduleRow Set(ScheduleRow row, ScheduleSettings settings, DateTimeOffset? next, DateTimeOffset now)
    {
        (row.Name, row.AgentId, row.Input, row.Cron, row.TimeZone) = (settings.Name.Trim(), settings.AgentId, settings.Input, settings.Cron.Trim(), settings.TimeZone);
        (row.Missed, row.Overlap, row.NextAt, row.UpdatedAt) = (settings.Missed, settings.Overlap, next, now);
        return row;
    }

    private static async Task<ScheduleRow> OwnAsync(IQueryable<ScheduleRow> rows, Caller caller, Guid id, CancellationToken cancellation) =>
        await rows.SingleOrDefaultAsync(s => s.Id == id && s.OwnerId == caller.UserId, cancellation) ?? throw new NotFoundException("Schedule");

    private async Task<IReadOnlyList<Schedule>> ShownAsync(AgentsContext db, Caller caller, IReadOnlyList<ScheduleRow> rows, CancellationToken cancellation)
    {
        var names = (await agents.ListAsync(caller, cancellation)).ToDictionary(agent => agent.Id, agent => agent.Name);
        List<Schedule> shown = [];
        foreach (var row in rows)
        {
            var last = await EntriesAsync(db, db.ScheduleEntries.Where(e => e.ScheduleId == row.Id).OrderByDescending(e => e.CreatedAt).ThenByDescending(e => e.Id).Take(1), cancellation);
            shown.Add(new(row.Id, new(row.Name, row.AgentId, row.Input, row.Cron, row.TimeZone, row.Missed, row.Overlap, row.NextAt is not null), names.GetValueOrDefault(row.AgentId, ""), row.NextAt, row.CreatedAt, row.UpdatedAt, last is [var one] ? one : null));
        }
        return shown;
    }

    private static async Task<IReadOnlyList<ScheduleEntry>> EntriesAsync(AgentsContext db, IQueryable<ScheduleEntryRow> entries, CancellationToken cancellation) =>
        (await entries.AsNoTracking().Select(e => new { Entry = e, Status = db.Runs.Where(r => r.Id == e.RunId).Select(r => (RunStatus?)r.Status).FirstOrDefault() }).ToListAsync(cancellation))
            .ConvertAll(found => Shown(found.Entry, found.Status));

    // A run is there a moment before its entry says so.
    private static ScheduleEntry Shown(ScheduleEntryRow row, RunStatus? status)
    {
        var outcome = row.Outcome == ScheduleOutcome.Starting && status is not null ? ScheduleOutcome.Started : row.Outcome;
        return new(row.Id, row.ScheduleId, row.DueAt, outcome, row.Missed, row.ByHand, outcome == ScheduleOutcome.Started ? row.RunId : null, status, row.Reason);
    }
}
