namespace Platform.Web.Supervision;

/// <summary>Asks the model host's /health over and over and tells the status.</summary>
public sealed class ModelHostHealth(Uri endpoint, ModelHostStatus status, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan WhileReady = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SilentTooLong = TimeSpan.FromSeconds(30);
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = endpoint, Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Until cancelled, or until it has been silent for 30 s: then `Silent` says so. ReadyFor is the time since it was first ready.</summary>
    public async Task<(TimeSpan ReadyFor, string? Silent)> WatchAsync(CancellationToken cancellation)
    {
        var lastHeard = time.GetTimestamp();
        long? readySince = null;
        TimeSpan ReadyFor() => readySince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;
        try
        {
            while (true)
            {
                var answer = await AskAsync(cancellation);
                cancellation.ThrowIfCancellationRequested();
                lastHeard = answer is null ? lastHeard : time.GetTimestamp();
                if (answer == true)
                {
                    readySince ??= time.GetTimestamp();
                    status.Set(new ModelHostState(ModelHostPhase.Ready));
                }
                else if (time.GetElapsedTime(lastHeard) > SilentTooLong)
                {
                    return (ReadyFor(), $"The model host has not answered /health for {SilentTooLong.TotalSeconds:0} s.");
                }

                await Task.Delay(answer == true ? WhileReady : WhileStarting, time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return (ReadyFor(), null);
        }
    }

    public void Dispose() => client.Dispose();

    // True: ready. False: alive, but loading. Null: no answer.
    private async Task<bool?> AskAsync(CancellationToken cancellation)
    {
        try
        {
            using var response = await client.GetAsync(new Uri("/health", UriKind.Relative), cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null; // the 5 s of one question
        }
    }
}
