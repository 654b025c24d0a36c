using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Platform.ModelHost.Client.Tests;

/// <summary>A small local engine that answers as it is told, well or badly, and the client pointed at it.</summary>
internal sealed class LocalEngine : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServiceProvider _services;

    private LocalEngine(WebApplication app, ServiceProvider services)
    {
        _app = app;
        _services = services;
    }

    /// <summary>A list of models as our own service gives it: all fields are known there.</summary>
    public const string OwnModels = """{"data":[{"id":"m","capabilities":["chat"]},{"id":"e","capabilities":["embeddings"]}]}""";

    public Uri Address => new(_app.Urls.First());

    /// <summary>Bodies of the requests so far, in order; without those for a list of models that it answered by itself.</summary>
    public ConcurrentQueue<JsonElement> Requests { get; } = new();

    public IChatClient Chat => _services.GetRequiredService<IChatClient>();

    public IEmbeddingGenerator<string, Embedding<float>> Embeddings => _services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();

    public TokenPieces Pieces => _services.GetRequiredService<TokenPieces>();

    public ITokenCounter Tokens => _services.GetRequiredService<ITokenCounter>();

    public EngineRelay Relay => _services.GetRequiredService<EngineRelay>();

    public IReranker Reranker => _services.GetRequiredService<IReranker>();

    public ServedModels Models => _services.GetRequiredService<ServedModels>();

    /// <summary>One that lists <see cref="OwnModels"/> and answers everything else as it is told.</summary>
    public static Task<LocalEngine> StartOwnAsync(Func<HttpContext, JsonElement, Task> answer, params (string Key, string Value)[] settings) => StartAsync(answer, settings, OwnModels);

    public static Task<LocalEngine> StartAsync(Func<HttpContext, JsonElement, Task> answer, params (string Key, string Value)[] settings) => StartAsync(answer, settings, models: null);

    private static async Task<LocalEngine> StartAsync(Func<HttpContext, JsonElement, Task> answer, (string Key, string Value)[] settings, string? models)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        LocalEngine engine = null!;
        app.Run(async http =>
        {
            if (models is not null && http.Request.Path == "/v1/models")
            {
                await JsonAsync(http, 200, models);
                return;
            }

            var body = http.Request.Method == "POST" ? (await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted)).RootElement : default;
            engine.Requests.Enqueue(body);
            await answer(http, body);
        });
        await app.StartAsync();
        var services = ClientOf(new Uri(app.Urls.First()), settings);
        return engine = new LocalEngine(app, services);
    }

    /// <summary>Another client of this engine, on a clock of the test's.</summary>
    public ServiceProvider ClientWith(TimeProvider clock) => ClientOf(new Uri(_app.Urls.First()), clock, []);

    /// <summary>The client as the product composes it.</summary>
    public static ServiceProvider ClientOf(Uri endpoint, params IEnumerable<(string Key, string Value)> settings) => ClientOf(endpoint, TimeProvider.System, settings);

    private static ServiceProvider ClientOf(Uri endpoint, TimeProvider clock, IEnumerable<(string Key, string Value)> settings)
    {
        var values = settings.Append(("ModelHost:Endpoint", endpoint.ToString())).Select(pair => KeyValuePair.Create(pair.Item1, (string?)pair.Item2));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        return new ServiceCollection().AddSingleton(clock).AddModelHostClient(configuration).BuildServiceProvider();
    }

    /// <summary>Sends these exact bytes of a stream, and leaves it open until the handler returns.</summary>
    public static async Task StreamAsync(HttpContext http, string text)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = "text/event-stream";
        }

        await http.Response.WriteAsync(text);
        await http.Response.Body.FlushAsync();
    }

    public static Task JsonAsync(HttpContext http, int status, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _app.DisposeAsync();
    }
}
