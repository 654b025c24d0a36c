using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Platform.Fakes;
using Platform.ModelHost.Client.Engines;
using Platform.ModelHost.Client.Http;

namespace Platform.ModelHost.Client.Tests.Engines;

/// <summary>What a failure says of the engine: that of one model or one request says nothing.</summary>
public sealed class EngineVerdictTests : IAsyncLifetime
{
    private static readonly ChatOptions M = new() { ModelId = "m" };
    private ScriptedEngine server = null!;
    private ManyEngines engines = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await ScriptedEngine.StartAsync();
        engines = ManyEngines.Of((server.Endpoint, ""));
        await engines.Models.ListAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await engines.DisposeAsync();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData("out_of_memory")]
    [InlineData("model_failed")]
    public async Task A_model_that_fails_leaves_its_engine_in(string code)
    {
        server.Answer = http => LocalEngine.JsonAsync(http, 503, $$$"""{"error":{"message":"This model does not work.","type":"unavailable_error","code":"{{{code}}}"}}""");
        var failure = await Assert.ThrowsAsync<ModelHostException>(() => engines.Chat.GetResponseAsync("hello", M, Cancellation));
        Assert.Equal((ModelHostErrorKind.Unavailable, code), (failure.Kind, failure.Code));
        Assert.Equal((EngineState.Ready, 0), (engines.Report("a").State, engines.Report("a").FailuresInARow));
    }

    [Fact]
    public async Task An_answer_that_ends_with_an_error_leaves_its_engine_in()
    {
        server.Answer = async http =>
        {
            await LocalEngine.StreamAsync(http, ScriptedEngine.Says("half"));
            await LocalEngine.StreamAsync(http, "data: {\"error\":{\"message\":\"It cannot go on.\",\"type\":\"server_error\",\"code\":\"internal_error\"}}\n\n");
        };
        Assert.Equal(ModelHostErrorKind.StreamBroken, (await Assert.ThrowsAsync<ModelHostException>(() => engines.Chat.GetResponseAsync("hello", M, Cancellation))).Kind);
        Assert.Equal((EngineState.Ready, 0, 0), (engines.Report("a").State, engines.Report("a").FailuresInARow, engines.Report("a").InFlight));
    }

    [Fact]
    public void A_request_that_is_refused_before_it_is_sent_does_not_bring_a_dead_engine_back()
    {
        using var dead = new RemoteEngine(new EngineSettings { Name = "dead", Endpoint = server.Endpoint }, new ModelHostOptions(), TimeProvider.System);
        using var lease = new EngineLease(new EngineTarget(dead, EngineDialect.Plain, "m"));
        lease.Failed(new ModelHostException(ModelHostErrorKind.Unavailable, "It is away."));
        var unsayable = new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "audio/wav")]);
        lease.Failed(Assert.Throws<ModelHostException>(() => ChatRequestBody.Of(lease.Target, [unsayable], null)));
        Assert.Equal(EngineState.Down, dead.Health.State);
    }

    [Theory]
    [InlineData("0", 0.5)]
    [InlineData("2", 2)]
    public async Task An_engine_too_busy_for_a_look_is_left_alone_as_long_as_it_asked(string asks, double seconds)
    {
        var clock = new ManualClock();
        var looks = new ConcurrentQueue<DateTimeOffset>();
        server.Health = http =>
        {
            looks.Enqueue(clock.GetUtcNow());
            http.Response.Headers.RetryAfter = asks;
            return LocalEngine.JsonAsync(http, 429, "{}");
        };
        await using var timed = ManyEngines.Of(clock, [], [(server.Endpoint, "")]);
        await timed.Watch.StartAsync(Cancellation);
        await ManyEngines.UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(0.1));
            return looks.Count >= 4;
        });
        await timed.Watch.StopAsync(Cancellation);
        var times = looks.ToList();
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange((pair.Second - pair.First).TotalSeconds, seconds, double.MaxValue));
    }
}
