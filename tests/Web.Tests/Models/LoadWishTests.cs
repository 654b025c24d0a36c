using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.Web.Features.Models;

namespace Platform.Web.Tests.Models;

/// <summary>A model is loaded, and others go for it only when there is no other way, and only if it helps.</summary>
public sealed class LoadWishTests : IAsyncLifetime
{
    private static readonly LoadWish Wish = new("big", 4_096, null, ["one", "two"]);

    private readonly ConcurrentQueue<string> asked = new();
    private readonly Dictionary<string, string?> refusals = [];
    private WebApplication service = null!;
    private ServiceProvider client = null!;

    private ModelAdmin Models => client.GetRequiredService<ModelAdmin>();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        service = builder.Build();
        service.Run(AnswerAsync);
        await service.StartAsync(TestContext.Current.CancellationToken);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>("ModelHost:Endpoint", service.Urls.First())]).Build();
        client = new ServiceCollection().AddSingleton(TimeProvider.System).AddLogging().AddModelHostClient(configuration).BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await service.DisposeAsync();
    }

    [Fact]
    public async Task What_the_service_takes_costs_nobody_the_place()
    {
        await Wish.RunAsync(Models);
        Assert.Equal(["load big"], asked);
    }

    [Fact]
    public async Task What_is_refused_for_another_reason_costs_nobody_the_place()
    {
        refusals["load big"] = "model_failed";
        Assert.Equal("model_failed", (await Assert.ThrowsAsync<ModelHostException>(() => Wish.RunAsync(Models))).Code);
        Assert.Equal(["load big"], asked);
    }

    [Fact]
    public async Task Others_go_when_the_service_finds_no_room()
    {
        refusals["load big"] = "out_of_memory once";
        await Wish.RunAsync(Models);
        Assert.Equal(["load big", "unload one", "unload two", "load big"], asked);
    }

    [Theory]
    [InlineData("unload two", "model_in_use", "load big,unload one,unload two,load one")]
    [InlineData("load big", "out_of_memory", "load big,unload one,unload two,load big,load one,load two")]
    public async Task Who_went_in_vain_comes_back(string refused, string code, string order)
    {
        refusals["load big"] = "out_of_memory";
        refusals[refused] = code;
        Assert.Equal(code, (await Assert.ThrowsAsync<ModelHostException>(() => Wish.RunAsync(Models))).Code);
        Assert.Equal(order.Split(','), asked);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        var what = $"{http.Request.Path.Value!.Split('/')[^1]} {body.RootElement.GetProperty("model").GetString()}";
        asked.Enqueue(what);
        var refused = refusals.GetValueOrDefault(what)?.Split(' ');
        if (refused is [_, "once"])
        {
            refusals.Remove(what);
        }

        (http.Response.StatusCode, http.Response.ContentType) = (refused is null ? 200 : 503, "application/json");
        await http.Response.WriteAsync(refused is null ? """{"id": "m"}""" : """{"error": {"message": "no", "code": "CODE"}}""".Replace("CODE", refused[0], StringComparison.Ordinal), http.RequestAborted);
    }
}
