using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Fakes;
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
        await UntilAsync(() => service.Told.Count == 1);
        Assert.Equal(code, service.Told[0].GetProperty("error").GetProperty("code").GetString());
        Assert.NotEmpty(service.Told[0].GetProperty("error").GetProperty("message").GetString()!);
        var looks = service.Looks;
        await UntilAsync(() => service.Looks >= looks + 2);
        Assert.Single(service.Told);
        service.Metrics = "{}"; // "compare again"
        await UntilAsync(() => service.Told.Count == 2);
        await comparison.StopAsync(TestContext.Current.CancellationToken);

        async Task UntilAsync(Func<bool> holds)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            deadline.CancelAfter(TimeSpan.FromSeconds(30));
            while (!holds())
            {
                clock.Advance(TimeSpan.FromSeconds(10));
                await Task.Delay(10, deadline.Token);
            }
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
                    "lineage":{"golden_file":"file-1","golden_base":"00000000-0000-0000-0000-000000000001","golden_by":"{{{By}}}"},"metrics":{{{Metrics}}}}]}
                    """);
            });
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
