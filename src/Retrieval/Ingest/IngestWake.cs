namespace Platform.Retrieval.Ingest;

/// <summary>Wakes the workers of this process when something was queued. What other processes queue is found by polling.</summary>
internal sealed class IngestWake : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0);

    public void Wake() => _signal.Release();

    /// <summary>Returns at a wake or when the time is over.</summary>
    public Task WaitAsync(TimeSpan longest, CancellationToken cancellation) => _signal.WaitAsync(longest, cancellation);

    public void Dispose() => _signal.Dispose();
}
