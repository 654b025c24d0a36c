using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Agents.Runs;
using Platform.Fakes;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Web.Features.Account;
using Platform.Web.Features.Training;

namespace Platform.Web.Tests.Training;

/// <summary>Golden questions that cannot be asked: the model service is told why, once, and they are asked again when it has forgotten.</summary>
public sealed class GoldenComparisonTests
{
    [Theory]
    [InlineData(false, "no_administrator")]
    [InlineData(true, "questions_gone")]
    public async Task Why_a_version_could_not_be_asked_is_told_once_until_it_is_to_be_asked_again(bool isAdministrator, string code)
    {
        await using var service = await AdapterService.StartAsync();
        await using var server = await WebServer.StartAsync($"--ModelHost:Endpoint={service.Address}");
        service.By = isAdministrator ? await AdministratorAsync(server) : "nobody";
        var clock = new ManualClock();
        using var comparison = ActivatorUtilities.CreateInstance<GoldenComparison>(server.App.Services, clock);
        await comparison.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(clock, () => service.Told.Count == 1);
        Assert.Equal(code, service.Told[0].GetProperty("error").GetProperty("code").GetString());
        Assert.NotEmpty(service.Told[0].GetProperty("error").GetProperty("message").GetString()!);
        Assert.Equal(("file-1", service.Base), (service.Told[0].GetProperty("golden_file").GetString(), service.Told[0].GetProperty("golden_base").GetGuid())); // the version may have others by now
        var looks = service.Looks;
        await UntilAsync(clock, () => service.Looks >= looks + 2);
        Assert.Single(service.Told);
        service.Metrics = "{}"; // "compare again"
        await UntilAsync(clock, () => service.Told.Count == 2);
        await comparison.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Base and version would answer all of them alike, and the gate would pass.</summary>
    [Theory]
    [InlineData(false, "base_gone")]
    [InlineData(true, "base_empty")]
    public async Task Questions_about_a_base_that_is_gone_or_empty_are_not_asked(bool isThere, string code)
    {
        await using var service = await AdapterService.StartAsync();
        await using var server = await WebServer.StartAsync($"--ModelHost:Endpoint={service.Address}");
        service.By = await AdministratorAsync(server);
        service.Questions = """{"question":"Who pays?","answerable":false}""";
        if (isThere)
        {
            service.Base = (await server.App.Services.GetRequiredService<KnowledgeBases>().CreateAsync(new Caller(service.By, true), "Rules", "", false, TestContext.Current.CancellationToken)).Id;
        }
        var clock = new ManualClock();
        using var comparison = ActivatorUtilities.CreateInstance<GoldenComparison>(server.App.Services, clock);
        await comparison.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(clock, () => service.Told.Count == 1);
        await comparison.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(code, service.Told[0].GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_service_that_is_away_is_tried_again_for_a_quarter_of_an_hour_before_that_is_told()
    {
        await using var service = await AdapterService.StartAsync();
        await using var server = await WebServer.StartAsync($"--ModelHost:Endpoint={service.Address}");
        service.Job = "\"job_id\":\"ftjob-away\",";
        var clock = new ManualClock();
        var began = clock.GetUtcNow();
        using var comparison = ActivatorUtilities.CreateInstance<GoldenComparison>(server.App.Services, clock);
        await comparison.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(clock, () => service.Told.Count == 1);
        await comparison.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal("unavailable", service.Told[0].GetProperty("error").GetProperty("code").GetString());
        Assert.True(clock.GetUtcNow() - began >= TimeSpan.FromMinutes(15));
    }

    [Theory]
    [InlineData(ModelHostErrorKind.Unavailable, RunErrorKind.ModelUnavailable, "unavailable")]
    [InlineData(ModelHostErrorKind.Busy, RunErrorKind.ModelBusy, "unavailable")]
    [InlineData(ModelHostErrorKind.StreamBroken, RunErrorKind.ModelFailed, "unavailable")]
    [InlineData(ModelHostErrorKind.ModelNotFound, RunErrorKind.ModelUnavailable, "model_gone")]
    [InlineData(ModelHostErrorKind.BadRequest, RunErrorKind.ModelFailed, "refused")]
    [InlineData(null, RunErrorKind.ModelBusy, "unavailable")]
    [InlineData(null, RunErrorKind.ContextTooLong, "context_too_long")]
    [InlineData(null, RunErrorKind.OutOfTime, "other")]
    public void An_answer_that_failed_keeps_what_the_service_said(ModelHostErrorKind? said, RunErrorKind kind, string code) =>
        Assert.Equal(code, GoldenException.Of(new RunException(kind, "It failed.", said is { } reason ? new ModelHostException(reason, "It failed.") : null)).Code);

    private static async Task UntilAsync(ManualClock clock, Func<bool> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(10, deadline.Token);
        }
    }

    private static async Task<string> AdministratorAsync(WebServer server)
    {
        await using var scope = server.App.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<UserManager<PlatformUser>>().FindByEmailAsync(WebServer.AdminEmail))!.Id;
    }

    /// <summary>What the model service says of one version, and what it is told.</summary>
    private sealed class AdapterService(WebApplication app) : IAsyncDisposable
    {
        private readonly Lock gate = new();
        private readonly List<JsonElement> told = [];

        internal Uri Address => new(app.Urls.Single());
        internal string By { get; set; } = "";
        internal string Metrics { get; set; } = "{}";
        internal string Job { get; set; } = "";
        internal Guid Base { get; set; } = Guid.NewGuid();
        internal string? Questions { get; set; }
        internal int Looks { get; private set; }
        internal IReadOnlyList<JsonElement> Told { get { lock (gate) { return [.. told]; } } }

        internal static async Task<AdapterService> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var service = new AdapterService(builder.Build());
            service.Map();
            await service.StartOwnAsync();
            return service;
        }

        private Task StartOwnAsync() => app.StartAsync(TestContext.Current.CancellationToken);

        private void Map()
        {
            app.MapGet("/v1/adapters", (HttpContext http) =>
            {
                Looks++;
                return http.Response.WriteAsync($$$"""
                    {"data":[{"name":"porter","version":1,"base_model":"seed","target_modules":[],"state":"draft","served":true,"is_loaded":false,
                    "lineage":{{{{Job}}}"golden_file":"file-1","golden_base":"{{{Base}}}","golden_by":"{{{By}}}"},"metrics":{{{Metrics}}}}]}
                    """);
            });
            app.MapGet("/v1/fine_tuning/jobs/{id}", () => Results.StatusCode(503));
            app.MapGet("/v1/files/{id}/content", () => Questions is { } lines ? Results.Text(lines) : Results.NotFound());
            app.MapPost("/v1/adapters/porter/versions/1/golden", async (HttpContext http) =>
            {
                using var body = await JsonDocument.ParseAsync(http.Request.Body);
                lock (gate) { told.Add(body.RootElement.Clone()); }
                Metrics = """{"golden":{}}""";
                await http.Response.WriteAsync("""{"name":"porter","version":1,"target_modules":[],"state":"draft"}""");
            });
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
