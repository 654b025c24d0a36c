using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.ModelHost.Client.Tests.Engines;

/// <summary>An engine that lists its models and answers chats as it is told at the moment: well, or with what a test sets.</summary>
internal sealed class ScriptedEngine : IAsyncDisposable
{
    private const string End = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    private readonly WebApplication app;

    private ScriptedEngine(WebApplication app) => this.app = app;

    public string Models { get; set; } = """{"data":[{"id":"m","capabilities":["chat"]},{"id":"e","capabilities":["embeddings"]}]}""";

    /// <summary>Answers POSTs; null answers well.</summary>
    public Func<HttpContext, Task>? Answer { get; set; }

    /// <summary>Status of GETs.</summary>
    public int Status { get; set; } = 200;

    /// <summary>Paths and bodies of the POSTs so far.</summary>
    public ConcurrentQueue<(string Path, JsonElement Body)> Asked { get; } = new();

    /// <summary>Answers GETs of /health in place of a status; null answers with <see cref="Status"/>.</summary>
    public Func<HttpContext, Task>? Health { get; set; }

    public int Checks { get; private set; }

    public Uri Endpoint => new(app.Urls.First());

    public static async Task<ScriptedEngine> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var engine = new ScriptedEngine(app);
        app.Run(engine.AnswerAsync);
        await app.StartAsync();
        return engine;
    }

    /// <summary>Says one word and ends well.</summary>
    public static async Task SayAsync(HttpContext http, string word)
    {
        await LocalEngine.StreamAsync(http, Says(word));
        await LocalEngine.StreamAsync(http, End);
    }

    public static string Says(string word) => "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + word + "\"},\"finish_reason\":null}]}\n\n";

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Method == "GET")
        {
            Checks++;
            if (http.Request.Path == "/health" && Health is { } health) { await health(http); return; }
            await LocalEngine.JsonAsync(http, Status, http.Request.Path == "/health" ? "{}" : Models);
            return;
        }

        var body = (await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted)).RootElement;
        Asked.Enqueue((http.Request.Path, body));
        if (Answer is { } answer) { await answer(http); }
        else if (http.Request.Path == "/v1/embeddings") { await LocalEngine.JsonAsync(http, 200, """{"data":[{"index":0,"embedding":[1,2]}]}"""); }
        else if (http.Request.Path == "/tokenize") { await LocalEngine.JsonAsync(http, 200, """{"counts":[7]}"""); }
        else { await SayAsync(http, "well"); }
    }
}
