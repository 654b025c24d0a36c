using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.Agents.Runs;

/// <summary>Says every now and then that this process still works on its runs, and ends those of processes that no longer say so, or goes on with them: several may share a database.</summary>
internal sealed class RunLeases(RunHost host, RunStore store, RunResumption resumption, TimeProvider time, ILogger<RunLeases> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(RunStore.LeaseTime / 3, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await store.KeepAsync(host.Live, stoppingToken);
                await resumption.GoOnAsync(await store.EndAbandonedAsync(stoppingToken), stoppingToken);
                await resumption.WakeForgottenAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(failure, "The leases of runs could not be kept; it is tried again");
            }
        }
    }
}
