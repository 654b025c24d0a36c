using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.ModelHost.Client.Tests.Engines;

/// <summary>A service that speaks OpenAI's API and nothing else: a key, a model that is named, known fields only, no other paths.</summary>
internal sealed class StrictEngine : IAsyncDisposable
{
    private static readonly string[] ChatFields =
        ["model", "messages", "stream", "stream_options", "temperature", "top_p", "max_tokens", "seed", "presence_penalty", "frequency_penalty", "stop", "response_format", "user"];

    private static readonly string[] EmbeddingFields = ["model", "input", "encoding_format", "dimensions", "user"];
    private readonly WebApplication app;
    private readonly string model;

    private StrictEngine(WebApplication app, string model) => (this.app, this.model) = (app, model);

    public static string Key => "sk-strict";

    public Uri Endpoint => new(new Uri(app.Urls.First()), "/v1");

    /// <summary>What it refused, and why.</summary>
    public ConcurrentQueue<string> Refused { get; } = new();

    public static async Task<StrictEngine> StartAsync(string model)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var engine = new StrictEngine(app, model);
        app.Run(engine.AnswerAsync);
        await app.StartAsync();
        return engine;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization != "Bearer " + Key)
        {
            await RefuseAsync(http, 401, "a wrong key");
            return;
        }

        switch (http.Request.Path.Value)
        {
            case "/v1/models":
                await LocalEngine.JsonAsync(http, 200, "{\"object\":\"list\",\"data\":[{\"id\":\"" + model + "\",\"object\":\"model\",\"created\":1,\"owned_by\":\"somebody\"},{\"id\":\"text-embedding-small\",\"object\":\"model\",\"created\":1,\"owned_by\":\"somebody\"}]}");
                break;
            case "/v1/chat/completions" when await ReadAsync(http, ChatFields, model) is not null:
                await ScriptedEngine.SayAsync(http, "plainly");
                break;
            case "/v1/embeddings" when await ReadAsync(http, EmbeddingFields, "text-embedding-small") is { } request:
                await LocalEngine.JsonAsync(http, 200, "{\"data\":[" + string.Join(',', Enumerable.Range(0, request.GetProperty("input").GetArrayLength()).Select(i => $"{{\"object\":\"embedding\",\"index\":{i},\"embedding\":[1,0]}}")) + "]}");
                break;
            case "/v1/chat/completions" or "/v1/embeddings":
                break;
            default:
                await LocalEngine.JsonAsync(http, 404, """{"error":{"message":"Unknown request URL","type":"invalid_request_error","code":"unknown_url"}}""");
                break;
        }
    }

    private async Task<JsonElement?> ReadAsync(HttpContext http, string[] fields, string wanted)
    {
        var body = (await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted)).RootElement;
        if (body.EnumerateObject().FirstOrDefault(field => !fields.Contains(field.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
        {
            await RefuseAsync(http, 422, $"the field {unknown.Name}");
            return null;
        }

        if (!body.TryGetProperty("model", out var named) || named.GetString() != wanted)
        {
            await RefuseAsync(http, 404, "another model");
            return null;
        }

        return body;
    }

    private Task RefuseAsync(HttpContext http, int status, string what)
    {
        Refused.Enqueue(what);
        return LocalEngine.JsonAsync(http, status, "{\"error\":{\"message\":\"" + what + "\"}}");
    }
}
