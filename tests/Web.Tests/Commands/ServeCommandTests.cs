using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.Web.Commands;

namespace Platform.Web.Tests.Commands;

/// <summary>What keeps the web server from its work, and what does not.</summary>
public sealed class ServeCommandTests
{
    [Theory]
    [InlineData("""{"id":"d1","source":"hf:owner/repo/x.gguf","model":"x","status":"cancelled"}""", 200)]
    [InlineData("""{"error":{"message":"The hub does not answer.","code":"hub_unreachable"}}""", 502)]
    [InlineData("no JSON", 200)]
    public async Task A_hubs_model_that_cannot_be_had_leaves_the_pages_up(string download, int status)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var engine = builder.Build();
        engine.MapGet("/v1/models", () => Results.Text("""{"data":[{"id":"m"}]}""", "application/json"));
        engine.MapPost("/v1/downloads", () => Results.Text(download, "application/json", statusCode: status));
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await using var server = await WebServer.StartAsync($"--ModelHost:Endpoint={engine.Urls.First()}", "--Models:Source=hf:owner/repo/x.gguf");
        Assert.True(await ServeCommand.AnnounceAsync(server.App));
        using var browser = server.Open();
        using var page = await browser.GetAsync("/health/live");
        Assert.True(page.IsSuccessStatusCode);
    }
}
