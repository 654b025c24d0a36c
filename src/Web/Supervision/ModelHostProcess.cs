using System.ComponentModel;

namespace Platform.Web.Supervision;

/// <summary>Starts the model host, watches its process and its /health, and starts it again when it ends or no longer answers.</summary>
public sealed class ModelHostProcess(ModelHostLaunch launch, ModelHostStatus status, TimeProvider time, ILogger<ModelHostProcess> log) : BackgroundService
{
    private readonly Backoff backoff = new();

    /// <summary>The process of the present life, or null between two.</summary>
    public int? ProcessId { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var health = new ModelHostHealth(launch.Endpoint, status, time);
        while (!stoppingToken.IsCancellationRequested)
        {
            status.Set(new ModelHostState(ModelHostPhase.Starting));
            var (reason, healthyFor) = await LiveAsync(health, stoppingToken);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            var wait = backoff.After(healthyFor);
            log.LogWarning("{Reason} It is started again in {Seconds} s", reason, wait.TotalSeconds);
            status.Set(new ModelHostState(ModelHostPhase.Down, reason, time.GetUtcNow() + wait));
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // From its start to its end: why it ended, and how long it was ready.
    private async Task<(string Reason, TimeSpan HealthyFor)> LiveAsync(ModelHostHealth health, CancellationToken stopping)
    {
        ModelHostChild child;
        try
        {
            child = ModelHostChild.Start(launch, log);
        }
        catch (Exception error) when (error is FileNotFoundException or Win32Exception)
        {
            return (error.Message, TimeSpan.Zero);
        }

        await using (child)
        {
            ProcessId = child.ProcessId;
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var exit = child.WaitForExitAsync(over.Token);
            var watch = health.WatchAsync(over.Token);
            await Task.WhenAny(exit, watch);
            await over.CancelAsync();
            var (readyFor, silent) = await watch;
            ProcessId = null;
            return (exit.IsCompletedSuccessfully ? await DescribeAsync(exit, child) : silent ?? "The model host is being stopped.", readyFor);
        }
    }

    private static async Task<string> DescribeAsync(Task<int> exit, ModelHostChild child)
    {
        var code = await exit;
        return child.LastComplaint is { } complaint ? $"The model host ended with code {code}: {complaint}" : $"The model host ended with code {code}.";
    }
}
