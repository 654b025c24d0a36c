using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.Agents.Runs;

/// <summary>Has runs deleted that are older than the setting lets them be, each hour.</summary>
internal sealed class RunRetention(RunRemoval removal, TimeProvider time, ILogger<RunRetention> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await removal.DeleteOldAsync(stoppingToken) is > 0 and var deleted && log.IsEnabled(LogLevel.Information))
                    log.LogInformation("{Count} conversations that stand in no list were deleted: their time was up", deleted);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(failure, "Old runs could not be deleted; it is tried again");
            }
        }
    }
}
