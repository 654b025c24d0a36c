using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Platform.ModelHost.Client.Engines;

/// <summary>Looks at every engine over and over: often while it is well, and after its pause when it is not. That look is also what brings it back.</summary>
internal sealed class EngineWatch(EnginePool pool, IOptions<ModelHostOptions> options, TimeProvider time) : BackgroundService
{
    /// <summary>However little an engine asks for: a look costs it a request.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(pool.Engines.Select(engine => WatchAsync(engine, stoppingToken)));

    private async Task WatchAsync(RemoteEngine engine, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await engine.CheckAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it throws for the stop alone
            var usual = options.Value.CheckInterval * (0.8 + (0.4 * Random.Shared.NextDouble()));
            var asked = engine.Health.Pause;
            var pause = engine.Health.State == EngineState.Ready ? usual : asked > ShortestPause ? asked : ShortestPause;
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
