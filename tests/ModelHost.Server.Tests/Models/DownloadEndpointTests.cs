using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests.Models;

/// <summary>Downloads as a program asks for them, with the real service and a hub on this machine.</summary>
public sealed class DownloadEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_download_is_started_followed_to_its_end_and_the_model_answers()
    {
        await using var hub = await HubAsync(0);
        await using var models = new ModelFolderHost();
        await models.StartAsync(("HF_ENDPOINT", hub.Urls.First()), ("HF_TOKEN", "hf_canary"));
        var (status, started) = await models.Http.PostAsync("/v1/downloads", """{"source": "hf:owner/repo/one.gguf"}""");
        Assert.Equal(HttpStatusCode.Accepted, status);
        var id = started.GetProperty("id").GetString()!;
        Assert.Equal(("model.download", "owner--repo--one"), (started.GetProperty("object").GetString(), started.GetProperty("model").GetString()));
        var events = await EventsAsync(models.Http, id);
        Assert.All(events, e => Assert.Equal(id, e.GetProperty("id").GetString()));
        Assert.Equal("completed", events[^1].GetProperty("status").GetString());
        Assert.Equal(64, events[^1].GetProperty("sha256").GetString()!.Length);
        Assert.Equal(id, (await models.Http.GetOkAsync("/v1/downloads")).GetProperty("data")[0].GetProperty("id").GetString());
        await models.Http.PostOkAsync("/v1/completions", """{"model": "owner--repo--one", "prompt": "hello", "max_tokens": 2}""");
        Assert.DoesNotContain("hf_canary", models.Host.Log, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(models.Folder, "*.json", SearchOption.AllDirectories), file => Assert.DoesNotContain("hf_canary", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_download_that_a_kill_cut_off_goes_on_with_the_next_start_and_one_that_was_cancelled_does_not()
    {
        await using var hub = await HubAsync(1_000_000);
        await using var models = new ModelFolderHost();
        await models.StartAsync(("HF_ENDPOINT", hub.Urls.First()));
        var id = (await models.Http.PostAsync("/v1/downloads", """{"source": "hf:owner/repo/one.gguf"}""")).Body.GetProperty("id").GetString()!;
        await UntilAsync(models.Http, id, state => state.GetProperty("bytes_done").GetInt64() == 1_000_000);
        Assert.Equal("downloading", (await models.Http.GetOkAsync("/v1/models/owner--repo--one")).GetProperty("status").GetProperty("value").GetString());
        await models.Host.KillAsync();
        await models.StartAsync(("HF_ENDPOINT", hub.Urls.First()));
        await UntilAsync(models.Http, id, state => state.GetProperty("status").GetString() == "downloading" && state.GetProperty("bytes_done").GetInt64() == 1_000_000);
        var (cancelled, state) = await models.Http.PostAsync($"/v1/downloads/{id}/cancel", "{}");
        Assert.Equal((HttpStatusCode.OK, "cancelled"), (cancelled, state.GetProperty("status").GetString()));
        Assert.Equal("cancelled", Assert.Single(await EventsAsync(models.Http, id)).GetProperty("status").GetString());
        await models.StartAsync(("HF_ENDPOINT", hub.Urls.First()));
        Assert.Equal("cancelled", (await models.Http.GetOkAsync("/v1/downloads/" + id)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task While_the_hub_is_away_the_download_says_so_and_tries_again()
    {
        await using var models = new ModelFolderHost();
        await models.StartAsync(("HF_ENDPOINT", "http://127.0.0.1:9"));
        var id = (await models.Http.PostAsync("/v1/downloads", """{"source": "hf:owner/repo/one.gguf"}""")).Body.GetProperty("id").GetString()!;
        await UntilAsync(models.Http, id, state => state.GetProperty("error") is { ValueKind: JsonValueKind.Object } problem && problem.GetProperty("code").GetString() == "hub_unreachable");
        Assert.Equal("downloading", (await models.Http.GetOkAsync("/v1/downloads/" + id)).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("""{"source": "hf:owner/repo/../x.gguf"}""")]
    [InlineData("""{"source": "hf:owner/repo/x-00001-of-00003.gguf"}""")]
    [InlineData("{}")]
    public async Task A_source_that_is_none_is_refused_and_unknown_downloads_are_404(string body)
    {
        await using var models = new ModelFolderHost();
        await models.StartAsync();
        var (status, answer) = await models.Http.PostAsync("/v1/downloads", body);
        Assert.Equal((HttpStatusCode.BadRequest, "source"), (status, answer.GetProperty("error").GetProperty("param").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await models.Http.PostAsync("/v1/downloads/dl-0/cancel", "{}")).Status);
        using var events = await models.Http.GetAsync(new Uri("/v1/downloads/dl-0/events", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, events.StatusCode);
    }

    /// <summary>A hub that sends the seed model; beyond so many bytes it sends nothing more, where that is above zero.</summary>
    private static async Task<WebApplication> HubAsync(int stallsAt)
    {
        var content = await File.ReadAllBytesAsync(ModelHostFixture.ChatModelPath, Cancellation);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(async http =>
        {
            http.Response.ContentLength = content.Length;
            await http.Response.Body.WriteAsync(content.AsMemory(0, stallsAt > 0 ? stallsAt : content.Length), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            if (stallsAt > 0)
            {
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        await app.StartAsync(Cancellation);
        return app;
    }

    private static async Task<List<JsonElement>> EventsAsync(HttpClient http, string id)
    {
        var text = await http.GetStringAsync(new Uri($"/v1/downloads/{id}/events", UriKind.Relative), Cancellation);
        return [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != ':').Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement)];
    }

    private static async Task UntilAsync(HttpClient http, string id, Func<JsonElement, bool> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while (!holds(await http.GetOkAsync("/v1/downloads/" + id)))
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
