using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Web.Tests.Api;

/// <summary>A model service by HTTP that does, for each question, the next thing that its script says; at the end the last again and again.</summary>
internal sealed class ScriptedEngine : IAsyncDisposable
{
    public const string Model = "scripted";

    private readonly WebApplication app;
    private readonly Func<HttpContext, JsonElement, Task>[] script;
    private int asked = -1;

    private ScriptedEngine(WebApplication app, Func<HttpContext, JsonElement, Task>[] script) => (this.app, this.script) = (app, script);

    public Uri Address => new(app.Urls.First());

    /// <summary>The bodies of the questions so far.</summary>
    public ConcurrentQueue<JsonElement> Asked { get; } = [];

    public static async Task<ScriptedEngine> StartAsync(params Func<HttpContext, JsonElement, Task>[] script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        ScriptedEngine engine = new(app, script);
        app.MapGet("/v1/models", () => Results.Text($$$"""{"object":"list","data":[{"id":"{{{Model}}}","object":"model","created":1,"owned_by":"local","capabilities":["chat","answers"],"meta":{"n_ctx":8192}}]}""", "application/json"));
        foreach (var path in (string[])["/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/completions", "/v1/responses/input_tokens", "/v1/messages/count_tokens", "/v1/embeddings", "/v1/rerank"])
        {
            app.MapPost(path, engine.AnswerAsync);
        }

        await app.StartAsync(TestContext.Current.CancellationToken);
        return engine;
    }

    /// <summary>A text in pieces.</summary>
    public static Func<HttpContext, JsonElement, Task> Say(params string[] pieces) => (http, asked) => SendAsync(http, asked, [.. pieces.Select(text => (object)new { content = text })], "stop", string.Concat(pieces));

    /// <summary>A call of a tool, with a text before it.</summary>
    public static Func<HttpContext, JsonElement, Task> Call(string tool, object arguments, string before = "") => (http, asked) => SendAsync(
        http, asked, [new { content = before }, new { tool_calls = new[] { new { index = 0, id = "c", type = "function", function = new { name = tool, arguments = JsonSerializer.Serialize(arguments) } } } }], "tool_calls", before);

    /// <summary>These events, and then the end.</summary>
    public static Func<HttpContext, JsonElement, Task> Send(string events) => (http, _) =>
    {
        http.Response.ContentType = "text/event-stream";
        return http.Response.WriteAsync(events, http.RequestAborted);
    };

    /// <summary>A refusal.</summary>
    public static Func<HttpContext, JsonElement, Task> Refuse(int status, string body) => async (http, _) =>
    {
        http.Response.StatusCode = status;
        http.Response.Headers.RetryAfter = "7";
        await http.Response.WriteAsync(body, http.RequestAborted);
    };

    /// <summary>Says something, and then nothing more until the caller leaves; that it left is told.</summary>
    public static Func<HttpContext, JsonElement, Task> Hang(TaskCompletionSource begun, TaskCompletionSource left) => async (http, _) =>
    {
        await WriteAsync(http, new { role = "assistant", content = "Well" }, null);
        begun.TrySetResult();
        await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        left.TrySetResult();
    };

    /// <summary>Ends in the middle.</summary>
    public static Func<HttpContext, JsonElement, Task> Break() => (http, _) => WriteAsync(http, new { role = "assistant", content = "Half" }, null);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var body = await JsonSerializer.DeserializeAsync<JsonElement>(http.Request.Body, cancellationToken: http.RequestAborted);
        Asked.Enqueue(body);
        await script[Math.Min(Interlocked.Increment(ref asked), script.Length - 1)](http, body);
    }

    private static async Task SendAsync(HttpContext http, JsonElement asked, object[] deltas, string reason, string text)
    {
        if (!asked.TryGetProperty("stream", out var stream) || !stream.GetBoolean())
        {
            await http.Response.WriteAsJsonAsync(new
            {
                id = "chatcmpl-x", @object = "chat.completion", created = 1, model = Model, own_field = 7,
                choices = new[] { new { index = 0, message = new { role = "assistant", content = text }, finish_reason = reason } }, usage = new { prompt_tokens = 11, completion_tokens = 3, total_tokens = 14 },
            }, http.RequestAborted);
            return;
        }

        foreach (var delta in deltas)
        {
            await WriteAsync(http, delta, null);
        }

        await WriteAsync(http, new { }, reason);
        await http.Response.WriteAsync("data: {\"id\":\"chatcmpl-x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"scripted\",\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":3,\"total_tokens\":14}}\n\ndata: [DONE]\n\n", http.RequestAborted);
    }

    private static async Task WriteAsync(HttpContext http, object delta, string? reason)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = "text/event-stream";
        }

        await http.Response.WriteAsync($"data: {JsonSerializer.Serialize(new { id = "chatcmpl-x", @object = "chat.completion.chunk", created = 1, model = Model, choices = new[] { new { index = 0, delta, finish_reason = reason } } })}\n\n", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
