using Microsoft.Extensions.Options;

namespace Platform.Retrieval.Ingest;

/// <summary>Wakes the workers of this process when something was queued. What other processes queue is found by polling.</summary>
internal sealed class IngestWake(IOptions<RetrievalOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0);

    public void Wake()
    {
        // More wakes than workers mean nothing, and would only be worked off one by one later.
        if (_signal.CurrentCount < options.Value.Workers)
        {
            _signal.Release();
        }
    }

    /// <summary>Returns at a wake or when the time is over.</summary>
    public Task WaitAsync(TimeSpan longest, CancellationToken cancellation) => _signal.WaitAsync(longest, cancellation);

    public void Dispose() => _signal.Dispose();
}
