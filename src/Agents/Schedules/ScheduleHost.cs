using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Retrieval.Storage;

namespace Platform.Agents.Schedules;

/// <summary>Looks every few seconds which times of schedules have come. A time is taken by moving its schedule on and noting it, in one transaction: of several processes one takes it, and what a crash left noted is started by the next.</summary>
internal sealed class ScheduleHost(IDbContextFactory<AgentsContext> contexts, ScheduleStart start, RunStore store, LeaseOwner owner, TimeProvider time, ILogger<ScheduleHost> log, IModelsReady? ready = null) : BackgroundService
{
    /// <summary>A time that is no older than this has not been missed: the program was only busy.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    private const int MostCounted = 1000;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private (DateTimeOffset From, DateTimeOffset Until) waited = (DateTimeOffset.MaxValue, DateTimeOffset.MinValue); // for the models
    private readonly Channel<bool> woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>There is something to start.</summary>
    public void Wake() => woken.Writer.TryWrite(true);

    /// <summary>A time that this process is about to start.</summary>
    public ScheduleEntryRow Entry(Guid scheduleId, DateTimeOffset dueAt, bool byHand = false, int missed = 0)
    {
        var now = time.GetUtcNow();
        return new()
        {
            Id = Guid.CreateVersion7(now), ScheduleId = scheduleId, DueAt = dueAt, CreatedAt = now, RunId = Guid.CreateVersion7(now), Missed = missed, ByHand = byHand, Lease = store.Lease, LeaseUntil = now + RunStore.LeaseTime,
        };
    }

    /// <summary>Takes what is due, and starts what is noted and nobody else's.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
        {
            var now = time.GetUtcNow();
            foreach (var due in await db.Schedules.AsNoTracking().Where(s => s.NextAt != null && s.NextAt <= now).OrderBy(s => s.NextAt).ToListAsync(cancellation))
                await TakeAsync(db, due, now, cancellation);
        }
        foreach (var entry in await OpenAsync(cancellation))
            await start.StartAsync(entry, cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var begun = time.GetUtcNow();
        await (ready?.UntilAsync(stoppingToken) ?? Task.CompletedTask); // times that came meanwhile are started at once
        waited = (begun, time.GetUtcNow());
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(failure, "Schedules could not be looked at; it is tried again");
            }
            using var timer = time.CreateTimer(_ => Wake(), null, Look, Timeout.InfiniteTimeSpan);
            await woken.Reader.ReadAsync(stoppingToken);
        }
    }

    private async Task TakeAsync(AgentsContext db, ScheduleRow due, DateTimeOffset now, CancellationToken cancellation)
    {
        var (taken, next, entry) = Decide(due, now);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await db.Schedules.Where(s => s.Id == due.Id && s.NextAt == taken).ExecuteUpdateAsync(set => set.SetProperty(s => s.NextAt, next), cancellation) == 0)
            return; // another process was quicker, or a person changed it
        db.ScheduleEntries.Add(entry);
        await db.SaveChangesAsync(cancellation);
        // What still goes on is kept, whatever its age: the rule for overlapping looks for it here.
        var oldest = await db.ScheduleEntries.Where(e => e.ScheduleId == due.Id).OrderByDescending(e => e.CreatedAt).Skip(ScheduleLibrary.MostEntries - 1).Select(e => (DateTimeOffset?)e.CreatedAt).FirstOrDefaultAsync(cancellation);
        if (oldest is { } limit)
            await db.ScheduleEntries.Where(e => e.ScheduleId == due.Id && e.CreatedAt < limit && e.Outcome != ScheduleOutcome.Starting && !db.Runs.Any(r => r.Id == e.RunId && r.EndedAt == null)).ExecuteDeleteAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>What becomes of the times that have come. One that can no longer be told is switched off.</summary>
    private (DateTimeOffset? Taken, DateTimeOffset? Next, ScheduleEntryRow Entry) Decide(ScheduleRow due, DateTimeOffset now)
    {
        try
        {
            var (times, zone) = (CronTimes.Parse(due.Cron), KnownZone.Of(due.TimeZone));
            var (last, count) = (due.NextAt!.Value, 1);
            while (count < MostCounted && times.Next(last, zone) is { } later && later <= now)
                (last, count) = (later, count + 1);
            last = count < MostCounted ? last : Newest(times, zone, last, now);
            var isMissed = now - last > Grace && due.Missed == MissedRule.Skip && !(last >= waited.From && last <= waited.Until); // the program was there
            var entry = Entry(due.Id, last, missed: isMissed ? count : count - 1);
            entry.Outcome = isMissed ? ScheduleOutcome.Missed : ScheduleOutcome.Starting;
            return (due.NextAt, times.Next(now, zone), entry);
        }
        catch (ArgumentException wrong)
        {
            var entry = Entry(due.Id, due.NextAt!.Value);
            (entry.Outcome, entry.Reason) = (ScheduleOutcome.Refused, ScheduleRefusal.Invalid);
            log.LogWarning(wrong, "The schedule {Schedule} was switched off: its times cannot be told", due.Id);
            return (due.NextAt, null, entry);
        }
    }

    /// <summary>The last of the times up to now that are not before another: looked for from now backwards, in spans that double.</summary>
    private static DateTimeOffset Newest(CronTimes times, TimeZoneInfo zone, DateTimeOffset earlier, DateTimeOffset now)
    {
        var newest = earlier;
        for (var span = TimeSpan.FromMinutes(1); now - span > earlier; span *= 2)
        {
            if (times.Next(now - span, zone) is { } found && found <= now)
            {
                newest = now - span;
                break;
            }
        }
        while (times.Next(newest, zone) is { } later && later <= now)
            newest = later;
        return newest;
    }

    /// <summary>What is noted, and no other living process is about to start: this one's, and those of processes that are gone.</summary>
    private async Task<IReadOnlyList<ScheduleEntryRow>> OpenAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var (now, lease, folder) = (time.GetUtcNow(), store.Lease, owner.Folder);
        var until = now + RunStore.LeaseTime;
        var free = db.ScheduleEntries.Where(e => e.Outcome == ScheduleOutcome.Starting && (e.Lease == lease || e.Lease.StartsWith(folder) || e.LeaseUntil < now));
        List<ScheduleEntryRow> mine = [];
        foreach (var entry in await free.AsNoTracking().OrderBy(e => e.CreatedAt).Take(100).ToListAsync(cancellation))
        {
            if (await free.Where(e => e.Id == entry.Id).ExecuteUpdateAsync(set => set.SetProperty(e => e.Lease, lease).SetProperty(e => e.LeaseUntil, until), cancellation) == 1)
                mine.Add(entry);
        }
        return mine;
    }
}
