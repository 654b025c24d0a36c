using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.ModelHost.Client.Engines;
using Platform.Web.Supervision;

namespace Platform.Web.Tests.Supervision;

/// <summary>The status with engines that somebody else runs.</summary>
public sealed class RemoteModelHostTests
{
    private const string Chat = """{"data":[{"id":"m"}]}""", Embedding = """{"data":[{"id":"nomic-embed"}]}""";

    [Fact]
    public async Task It_is_ready_while_one_that_can_chat_is_and_says_why_when_none_is()
    {
        await using var one = await ListingEngine.StartAsync(Embedding);
        var two = await ListingEngine.StartAsync(Chat);
        await using var server = await WebServer.StartAsync(
            "--ModelHost:CheckInterval=00:00:00.1", "--ModelHost:Engines:0:Name=one", $"--ModelHost:Engines:0:Endpoint={one.Address}", "--ModelHost:Engines:1:Name=two", $"--ModelHost:Engines:1:Endpoint={two.Address}");
        using var deadline = Deadline();
        var status = server.App.Services.GetRequiredService<ModelHostStatus>();
        await status.WaitForAsync(state => state.Phase == ModelHostPhase.Ready, deadline.Token);
        using var browser = server.Open();
        using (var ready = await browser.GetAsync("/health/ready")) { Assert.Equal(HttpStatusCode.OK, ready.StatusCode); }

        await two.DisposeAsync();
        var down = await status.WaitForAsync(state => state.Phase == ModelHostPhase.Down, deadline.Token);
        Assert.Contains("main (127.0.0.1:9): ", down.Reason, StringComparison.Ordinal);
        Assert.Contains($"one ({one.Address.Authority}): It serves no model that can chat.", down.Reason, StringComparison.Ordinal);
        Assert.Contains($"two ({two.Address.Authority}): ", down.Reason, StringComparison.Ordinal);
        using (var away = await browser.GetAsync("/health/ready"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
            Assert.DoesNotContain("127.0.0.1:9", await away.Content.ReadAsStringAsync(deadline.Token), StringComparison.Ordinal);
        }

        one.Models = Chat;
        await status.WaitForAsync(state => state.Phase == ModelHostPhase.Ready, deadline.Token);
    }

    [Fact]
    public void The_supervised_one_and_the_others_are_ready_when_either_is()
    {
        var (ready, down, starting) = (new ModelHostState(ModelHostPhase.Ready), new ModelHostState(ModelHostPhase.Down, "b."), new ModelHostState(ModelHostPhase.Starting));
        var final = new ModelHostState(ModelHostPhase.Down, "a.", Final: true);
        Assert.Equal(ready, Together(ready, down));
        Assert.Equal(ready, Together(final, ready));
        Assert.Equal(starting, Together(starting, down));
        Assert.Equal(starting, Together(final, starting));
        Assert.Equal(new ModelHostState(ModelHostPhase.Down, "a. b."), Together(final, down)); // not final: the others may come

        static ModelHostState Together(ModelHostState own, ModelHostState others)
        {
            var status = new ModelHostStatus();
            status.Set(own);
            status.SetOthers(others);
            return status.Current;
        }
    }

    [Theory]
    [InlineData(EngineState.Unknown, ModelHostPhase.Starting)]
    [InlineData(EngineState.Loading, ModelHostPhase.Starting)]
    [InlineData(EngineState.Down, ModelHostPhase.Down)]
    [InlineData(EngineState.Ready, ModelHostPhase.Ready)]
    public void One_engine_alone_is_the_status(EngineState state, ModelHostPhase phase) =>
        Assert.Equal(phase, RemoteModelHost.StateOf([new EngineReport("gpu", "gpu:8000", state, ["m"], CanChat: true, 0, 0, null, null)]).Phase);

    [Fact]
    public async Task Doctor_tells_each_engine()
    {
        await using var engine = await ListingEngine.StartAsync(Chat);
        using var deadline = Deadline();
        var start = new ProcessStartInfo(Repository.Program("Web"), ["doctor"]) { RedirectStandardOutput = true };
        foreach (var (key, value) in new[] { ("0__Name", "gpu"), ("0__Endpoint", engine.Address.ToString()), ("0__ApiKey", "sk-of-gpu"), ("1__Name", "away"), ("1__Endpoint", "http://127.0.0.1:9") })
        {
            start.Environment["ModelHost__Engines__" + key] = value;
        }

        using var doctor = Process.Start(start)!;
        var said = await doctor.StandardOutput.ReadToEndAsync(deadline.Token);
        await doctor.WaitForExitAsync(deadline.Token);
        Assert.Matches($"ok +engine gpu +{engine.Address.Authority}, m", said);
        Assert.Matches("note +engine away +127.0.0.1:9: The model service does not answer", said);
        Assert.DoesNotContain("sk-of-gpu", said, StringComparison.Ordinal);
    }

    private static CancellationTokenSource Deadline()
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        return deadline;
    }

    /// <summary>A service that lists models and does nothing else.</summary>
    private sealed class ListingEngine(WebApplication app) : IAsyncDisposable
    {
        public Uri Address { get; } = new(app.Urls.First());

        public string Models { get; set; } = "";

        public static async Task<ListingEngine> StartAsync(string models)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var app = builder.Build();
            ListingEngine engine = null!;
            app.MapGet("/v1/models", () => Results.Text(engine.Models, "application/json"));
            await app.StartAsync();
            return engine = new ListingEngine(app) { Models = models };
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
