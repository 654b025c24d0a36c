using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.Agents.Runs;

/// <summary>Looks each second whether a run that this process executes was stopped in another process that shares the database.</summary>
internal sealed class RunStops(RunHost host, RunStore store, TimeProvider time, ILogger<RunStops> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (host.Live is { Count: > 0 } live)
                    await StopAsync(live, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(failure, "Which runs are to be stopped could not be read; it is tried again");
            }
        }
    }

    private async Task StopAsync(IReadOnlyCollection<Guid> live, CancellationToken cancellation)
    {
        foreach (var id in await store.AskedToStopAsync(live, cancellation))
        {
            if (host.Find(id) is { Stopped.IsCancellationRequested: false } run)
                host.Stop(run);
        }
    }
}
