using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Server.Health;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Metrics;

namespace Platform.ModelHost.Server.Tests;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Before_the_models_are_loaded_every_call_is_503_but_health_conformance_4()
    {
        await using var host = new EngineHost(new EngineOptions(), new ServerOptions(), new ServiceMetrics(), TimeProvider.System, new Lifetime(), NullLogger<EngineHost>.Instance);
        var reached = 0;
        var readiness = new Readiness(
            _ =>
            {
                reached++;
                return Task.CompletedTask;
            },
            host);

        var refused = await Assert.ThrowsAsync<RequestRefused>(() => readiness.InvokeAsync(new DefaultHttpContext()));
        Assert.Equal((503, "model_loading", TimeSpan.FromSeconds(5)), (refused.Problem.Status, refused.Problem.Code, refused.Problem.RetryAfter));
        Assert.Throws<RequestRefused>(() => host.Engine);

        var health = new DefaultHttpContext();
        health.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(new OpenWithoutKey()), "health"));
        await readiness.InvokeAsync(health);
        Assert.Equal(1, reached);
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => throw new InvalidOperationException("Nothing should stop.");
    }
}
