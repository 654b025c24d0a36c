using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Chat;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Streams;

namespace Platform.ModelHost.Server.Tests.Chat;

/// <summary>A real Kestrel with our limits whose one endpoint streams scripted events.</summary>
internal sealed class StreamingServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StreamingServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<StreamingServer> StartAsync(Func<CancellationToken, IAsyncEnumerable<GenerationEvent>> events, ServerOptions? options = null)
    {
        options ??= new ServerOptions();
        options.Url = "http://127.0.0.1:0";
        var builder = WebApplication.CreateSlimBuilder();
        builder.ListenWithLimits(options);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/", async (HttpContext http) =>
        {
            var answer = new ChatAnswer(ScriptedEvents.Model, TimeProvider.System, withUsage: false, withProgress: false);
            var stream = new EventStream(http, options, TimeProvider.System, ChatAnswer.Manner, ex => Problems.Of(ex, "req_1", draining: false));
            try
            {
                await stream.WriteAsync(answer.StreamAsync(new AnswerReading(null, _ => 0).PartsAsync(events(http.RequestAborted), http.RequestAborted), http.RequestAborted), http.RequestAborted);
            }
            catch (EngineException ex)
            {
                await Problems.WriteAsync(http, Problems.Of(ex, "req_1", draining: false));
            }
        });
        await app.StartAsync();
        return new StreamingServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
