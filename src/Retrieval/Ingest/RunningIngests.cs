using System.Collections.Concurrent;

namespace Platform.Retrieval.Ingest;

/// <summary>The ingestions that run in this process, so that deleting or cancelling a document can stop its own and wait until it has stopped.</summary>
internal sealed class RunningIngests
{
    private readonly ConcurrentDictionary<Guid, RunningIngest> _running = new();

    /// <summary>Enters an ingestion, after any other of the same document has been stopped and has left. Dispose when it has left.</summary>
    public async Task<RunningIngest> EnterAsync(Guid documentId)
    {
        RunningIngest entered = new(left => _running.TryRemove(KeyValuePair.Create(documentId, left)));
        while (!_running.TryAdd(documentId, entered))
        {
            await StopAsync(documentId);
        }

        return entered;
    }

    /// <summary>Stops the document's ingestion, if one runs here, and waits for its end.</summary>
    public Task StopAsync(Guid documentId) => _running.TryGetValue(documentId, out RunningIngest? running) ? running.StopAsync() : Task.CompletedTask;
}

/// <summary>One running ingestion.</summary>
internal sealed class RunningIngest(Action<RunningIngest> leave) : IDisposable
{
    // Not disposed: it has no timer and no link, and whoever stops it may come as it ends.
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Cancelled when the ingestion is to stop.</summary>
    public CancellationToken Stopping => _stop.Token;

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _left.Task;
    }

    /// <summary>Stops without waiting: for the ingestion itself.</summary>
    public void Abandon() => _stop.Cancel();

    public void Dispose()
    {
        leave(this);
        _left.TrySetResult();
    }
}
