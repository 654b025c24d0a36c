using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.Agents.Approvals;

/// <summary>Rejects what nobody decided in time, at that time, so that the run goes on. What another process asks is seen by and by.</summary>
internal sealed class ApprovalExpiry(ApprovalBox approvals, IOptions<AgentsOptions> options, TimeProvider time, ILogger<ApprovalExpiry> log) : BackgroundService
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1), UntilItWaits = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What is asked during a pause expires no sooner than after it.
        var longest = options.Value.ApprovalTime < LongestPause ? options.Value.ApprovalTime : LongestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = longest;
            try
            {
                if (await approvals.ExpireAsync(stoppingToken) is { } next)
                    pause = next - time.GetUtcNow() is { Ticks: > 0 } left ? left + ShortestPause : UntilItWaits;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(failure, "What nobody approved in time could not be rejected; it is tried again");
            }
            await Task.Delay(pause < longest ? pause : longest, time, stoppingToken);
        }
    }
}
