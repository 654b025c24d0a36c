using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Retrieval.Storage;

namespace Platform.Agents.Testing;

/// <summary>Runs suites in the background, one at a time; what the end of a program left is gone on with by the next start, or by another process.</summary>
internal sealed class SuiteHost(IDbContextFactory<AgentsContext> contexts, SuiteExecution execution, RunStore store, LeaseOwner owner, TimeProvider time, ILogger<SuiteHost> log, IModelsReady? ready = null) : BackgroundService
{
    private readonly Channel<bool> woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock gate = new();
    private (Guid Id, CancellationTokenSource Stop, Task Done)? current;

    /// <summary>There is a suite to run.</summary>
    public void Wake() => woken.Writer.TryWrite(true);

    /// <summary>Stops a suite that this process runs, and returns when its runs have ended.</summary>
    public async Task CancelAsync(Guid suiteRunId, CancellationToken cancellation)
    {
        Task done;
        lock (gate)
        {
            if (current is not { } running || running.Id != suiteRunId)
                return;
            running.Stop.Cancel();
            done = running.Done;
        }
        await done.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await (ready?.UntilAsync(stoppingToken) ?? Task.CompletedTask); // a suite that was cut off is gone on with at once
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await TakeAsync(stoppingToken) is { } suite)
                    await RunAsync(suite, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(failure, "A suite of tests could not be run; it is tried again");
            }
            using var timer = time.CreateTimer(_ => Wake(), null, RunStore.LeaseTime / 3, Timeout.InfiniteTimeSpan);
            await woken.Reader.ReadAsync(stoppingToken);
        }
    }

    private async Task RunAsync(SuiteRunRow suite, CancellationToken shutdown)
    {
        using CancellationTokenSource stop = new();
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(shutdown); // what another process has by now is left as it is
        var done = execution.ExecuteAsync(suite, stop, leave.Token);
        lock (gate)
            current = (suite.Id, stop, done);
        try
        {
            using PeriodicTimer timer = new(RunStore.LeaseTime / 3, time);
            var tick = timer.WaitForNextTickAsync(shutdown).AsTask();
            while (await Task.WhenAny(done, tick) == tick && !shutdown.IsCancellationRequested)
            {
                try
                {
                    if (!await KeepAsync(suite.Id, shutdown))
                        await (await IsStoppedAsync(suite.Id, shutdown) ? stop : leave).CancelAsync();
                }
                catch (Exception failure) when (!shutdown.IsCancellationRequested)
                {
                    log.LogError(failure, "The lease of suite run {SuiteRun} could not be kept; it is tried again", suite.Id);
                }
                tick = timer.WaitForNextTickAsync(shutdown).AsTask();
            }
            await done;
        }
        catch (OperationCanceledException) when (!shutdown.IsCancellationRequested)
        {
            if (log.IsEnabled(LogLevel.Information))
                log.LogInformation("The run {SuiteRun} of a suite was stopped, or is another process's by now", suite.Id);
        }
        finally
        {
            lock (gate)
                current = null;
        }
    }

    /// <summary>The oldest that nobody runs.</summary>
    private async Task<SuiteRunRow?> TakeAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        var free = db.SuiteRuns.Where(r => r.EndedAt == null && (r.Lease == null || r.LeaseUntil < now || (r.Lease.StartsWith(owner.Folder) && r.Lease != store.Lease)));
        foreach (var row in await free.AsNoTracking().OrderBy(r => r.CreatedAt).Take(10).ToListAsync(cancellation))
        {
            var until = now + RunStore.LeaseTime;
            if (await free.Where(r => r.Id == row.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.Lease, store.Lease).SetProperty(r => r.LeaseUntil, until).SetProperty(r => r.Status, SuiteRunStatus.InProgress), cancellation) == 1)
                return row;
        }
        return null;
    }

    /// <summary>Whether a person stopped or deleted it in another process; else that process has it.</summary>
    private async Task<bool> IsStoppedAsync(Guid id, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return !await db.SuiteRuns.AnyAsync(r => r.Id == id && r.EndedAt == null, cancellation);
    }

    private async Task<bool> KeepAsync(Guid id, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var until = time.GetUtcNow() + RunStore.LeaseTime;
        return await db.SuiteRuns.Where(r => r.Id == id && r.EndedAt == null && r.Lease == store.Lease).ExecuteUpdateAsync(set => set.SetProperty(r => r.LeaseUntil, until), cancellation) == 1;
    }
}
