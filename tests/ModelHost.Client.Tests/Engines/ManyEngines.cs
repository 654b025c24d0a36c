using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.ModelHost.Client.Engines;

namespace Platform.ModelHost.Client.Tests.Engines;

/// <summary>The client as the product composes it, with several engines and its log kept.</summary>
internal sealed class ManyEngines : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly KeptLog log = new();

    private ManyEngines(TimeProvider clock, IEnumerable<(string Key, string Value)> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
        services = new ServiceCollection().AddSingleton(clock).AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace)).AddModelHostClient(configuration).BuildServiceProvider();
    }

    public IChatClient Chat => services.GetRequiredService<IChatClient>();

    public IEmbeddingGenerator<string, Embedding<float>> Embeddings => services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();

    public ITokenCounter Tokens => services.GetRequiredService<ITokenCounter>();

    public EngineRelay Relay => services.GetRequiredService<EngineRelay>();

    public ServedModels Models => services.GetRequiredService<ServedModels>();

    public ServedEngines Engines => services.GetRequiredService<ServedEngines>();

    public EngineWatch Watch => services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<EngineWatch>().Single();

    /// <summary>All that was logged.</summary>
    public string Log => string.Join('\n', log.Lines);

    /// <summary>Engines called a, b, c … in order.</summary>
    public static ManyEngines Of(params IReadOnlyList<(Uri Endpoint, string Key)> engines) => Of(TimeProvider.System, [], engines);

    public static ManyEngines Of(TimeProvider clock, IEnumerable<(string Key, string Value)> settings, IReadOnlyList<(Uri Endpoint, string Key)> engines) => new(clock,
    [
        .. settings,
        .. engines.SelectMany((engine, i) => new[]
        {
            ($"ModelHost:Engines:{i}:Name", $"{(char)('a' + i)}"), ($"ModelHost:Engines:{i}:Endpoint", engine.Endpoint.ToString()), ($"ModelHost:Engines:{i}:ApiKey", engine.Key),
        }),
    ]);

    public EngineReport Report(string name) => Engines.List().Single(engine => engine.Name == name);

    /// <summary>The name of the engine that gave an answer.</summary>
    public static string EngineOf(ChatResponse answer) => (string)answer.AdditionalProperties![ChatUpdateKeys.Engine]!;

    /// <summary>Waits for a condition, with a deadline.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition()) { await Task.Delay(10, deadline.Token); }
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private sealed class KeptLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
            // The lines stay readable.
        }
    }
}
