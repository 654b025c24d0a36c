using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Metrics;

namespace Platform.ModelHost.Server.Hosting;

/// <summary>Loads the engine after the port is open, so that health can say "loading", and ends the process when the models cannot be used.</summary>
internal sealed partial class EngineHost(EngineOptions options, ServerOptions server, ServiceMetrics metrics, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<EngineHost> log) : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _drained = new();
    private Task _loading = Task.CompletedTask;
    private volatile ModelEngine? _engine;

    public bool IsReady => _engine is not null && !_ended.IsCancellationRequested;

    /// <summary>Why nothing is served at the moment.</summary>
    public Problem NotReady => _ended.IsCancellationRequested ? Problem.ShuttingDown : Problem.Loading;

    /// <summary>Ends the answers that are still running when the drain is over.</summary>
    public CancellationToken Drained => _drained.Token;

    /// <summary>The engine. Throws <see cref="RequestRefused"/> while there is none.</summary>
    public ModelEngine Engine => _engine ?? throw new RequestRefused(NotReady);

    /// <summary>Answers that a model writes at once.</summary>
    public int Slots => options.Slots;

    /// <summary>A model that chats, by its id or that of an adapter on it, loaded first if it is not and held until it is disposed.</summary>
    /// <param name="id">Null or empty takes the one that answers where none is named.</param>
    /// <param name="cancellation">Ends the loading.</param>
    /// <exception cref="RequestRefused">It only embeds, or there is none.</exception>
    public async ValueTask<HeldModel> HoldChatModelAsync(string? id, CancellationToken cancellation)
    {
        id = string.IsNullOrEmpty(id) ? Engine.UsualChatModel ?? throw new RequestRefused(Problem.Invalid("model", "'model' is missing, and no model here writes. GET /v1/models lists the models.")) : id;
        var held = await Engine.HoldAsync(id, cancellation);
        if (held.Info.IsChat)
        {
            return held;
        }

        held.Dispose();
        throw new RequestRefused(Problem.Invalid("model", $"'{id}' does not write; it embeds. Use /v1/embeddings."));
    }

    /// <summary>Generates, and counts what it took.</summary>
    public IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellation) => metrics.CountAsync(Engine.GenerateAsync(ServedAdapters.Named(request, Engine), cancellation), cancellation);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(BeginDrain);
        // Not before the start is through: a model that cannot be used ends the process, and an end in mid-start would be the start's failure.
        lifetime.ApplicationStarted.Register(() => _loading = Task.Run(LoadAsync, CancellationToken.None));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _drained.CancelAsync();
        await _loading;
    }

    /// <summary>Ends the answers that are still running, now.</summary>
    public void EndAnswers() => _drained.Cancel();

    public async ValueTask DisposeAsync()
    {
        if (_engine is { } engine)
        {
            await engine.DisposeAsync();
        }

        _drained.Dispose();
        _ended.Dispose();
    }

    private void BeginDrain()
    {
        _ended.Cancel();
        _drained.CancelAfter(server.Drain);
    }

    [LoggerMessage(LogLevel.Information, "Serving {Models} after {Seconds:0.0} s.")]
    private partial void LogServing(string models, double seconds);

    private async Task LoadAsync()
    {
        try
        {
            var started = time.GetTimestamp();
            _engine = await ModelEngine.StartAsync(options, time, log, NativeWorker.OfThisProgram(), _ended.Token);
            var models = string.Join(", ", _engine.Models.Select(model => model.Id));
            var seconds = time.GetElapsedTime(started).TotalSeconds;
            LogServing(models, seconds);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            log.LogInformation("Told to end while the models were loading.");
        }
        catch (EngineException ex)
        {
            Environment.ExitCode = await StartFailure.SayAsync(StartFailure.ModelsUnusable, ex.Message);
            lifetime.StopApplication();
        }
        catch (Exception ex)
        {
            log.LogCritical(ex, "The engine failed to start.");
            Environment.ExitCode = await StartFailure.SayAsync(StartFailure.ModelsUnusable, $"The engine failed to start: {ex.Message} This is a bug.");
            lifetime.StopApplication();
        }
    }
}
