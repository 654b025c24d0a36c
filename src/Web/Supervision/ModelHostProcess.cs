using System.ComponentModel;

namespace Platform.Web.Supervision;

/// <summary>Starts the model host, watches its process and its /health, and starts it again when it ends or no longer answers; not when that has happened too often in a row, nor when it has said that it cannot serve with what it was given.</summary>
public sealed class ModelHostProcess(ModelHostLaunch launch, ModelHostStatus status, TimeProvider time, ILogger<ModelHostProcess> log) : BackgroundService
{
    private readonly Backoff backoff = new();

    /// <summary>The process of the present life, or null between two.</summary>
    public int? ProcessId { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var health = new ModelHostHealth(launch.Endpoint, status, time);
        var served = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            status.Set(new ModelHostState(ModelHostPhase.Starting));
            var (reason, healthyFor, final) = await LiveAsync(health, stoppingToken);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            served |= healthyFor > TimeSpan.Zero;
            var wait = final ? null : backoff.After(healthyFor);
            if (wait is not { } pause)
            {
                reason = final ? reason : $"{reason} It ended {Backoff.Most + 1} times in a row. Restart the program when the cause is gone.";
                if (served || !final)
                {
                    log.LogWarning("{Reason} It is not started again", reason); // at the first start whoever starts the program tells it
                }

                status.Set(new ModelHostState(ModelHostPhase.Down, reason, Final: true));
                return;
            }

            log.LogWarning("{Reason} It is started again in {Seconds} s", reason, pause.TotalSeconds);
            status.Set(new ModelHostState(ModelHostPhase.Down, reason, time.GetUtcNow() + pause));
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // From its start to its end: why it ended, how long it was ready, and whether another start is of no use.
    private async Task<(string Reason, TimeSpan HealthyFor, bool Final)> LiveAsync(ModelHostHealth health, CancellationToken stopping)
    {
        ModelHostChild child;
        try
        {
            child = ModelHostChild.Start(launch, log);
        }
        catch (Exception error) when (error is FileNotFoundException or Win32Exception)
        {
            return (error.Message, TimeSpan.Zero, Final: false);
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
            return exit.IsCompletedSuccessfully ? Describe(await exit, child.LastComplaint, readyFor) : (silent ?? "The model host is being stopped.", readyFor, Final: false);
        }
    }

    private (string Reason, TimeSpan HealthyFor, bool Final) Describe(int code, string? complaint, TimeSpan readyFor) => (code, complaint) switch
    {
        (ModelHostChild.BadSettings or ModelHostChild.ModelsUnusable, { } sentence) => (sentence, readyFor, Final: true),
        (ModelHostChild.CannotListen, _) => ($"Another program has port {launch.Endpoint.Port} of this machine, where the model host listens. End that program, or set ModelHost:Port to a free port and restart.", readyFor, Final: false),
        (_, { } last) => ($"The model host ended with code {code}: {last}", readyFor, Final: false),
        _ => ($"The model host ended with code {code}.", readyFor, Final: false),
    };
}
