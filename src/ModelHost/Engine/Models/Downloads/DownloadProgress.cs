namespace Platform.ModelHost.Engine.Models.Downloads;

/// <summary>The state of one download while it runs, for those who follow it.</summary>
internal sealed class DownloadProgress(ModelDownload state, string? etag, DownloadJournal journal, TimeProvider time)
{
    private static readonly TimeSpan SpeedOver = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private TaskCompletionSource changed = New();
    private ModelDownload state = state;
    private long measuredAt = time.GetTimestamp(), measuredBytes = state.BytesDone;

    internal CancellationTokenSource Cancelling { get; } = new();

    /// <summary>Ends with the download.</summary>
    internal Task Running { get; set; } = Task.CompletedTask;

    internal ModelDownload State
    {
        get { lock (gate) { return state; } }
    }

    /// <summary>Of the state of the file that the part belongs to.</summary>
    internal string? ETag { get; private set; } = etag;

    /// <summary>The state, and what ends with the next one.</summary>
    internal (ModelDownload State, Task Changed) Look()
    {
        lock (gate) { return (state, changed.Task); }
    }

    /// <summary>A new state, which is stored.</summary>
    internal void Become(DownloadStatus status, Func<ModelDownload, ModelDownload>? with = null)
    {
        lock (gate) { state = (with?.Invoke(state) ?? state) with { Status = status, BytesPerSecond = status == DownloadStatus.Downloading ? state.BytesPerSecond : 0 }; }
        try
        {
            Store();
        }
        finally
        {
            Tell();
        }
    }

    /// <summary>What stands in the way; it is tried again.</summary>
    internal void Stumble(DownloadFault over)
    {
        lock (gate) { state = state with { ErrorCode = over.Code, ErrorMessage = over.Message, BytesPerSecond = 0 }; }
        Tell();
    }

    /// <summary>What the hub said of the file.</summary>
    internal void Learn(long? total, string? sha256, string? etag)
    {
        lock (gate) { (state, ETag) = (state with { BytesTotal = total ?? state.BytesTotal, Sha256 = sha256, ErrorCode = null, ErrorMessage = null }, etag); }
        Store();
        Tell();
    }

    /// <summary>Bytes that lie in the part.</summary>
    internal void Reach(long bytes)
    {
        lock (gate)
        {
            var passed = time.GetElapsedTime(measuredAt);
            var speed = state.BytesPerSecond;
            if (bytes < measuredBytes) { (measuredAt, measuredBytes) = (time.GetTimestamp(), bytes); }
            else if (passed >= SpeedOver)
            {
                speed = (long)((bytes - measuredBytes) / passed.TotalSeconds);
                (measuredAt, measuredBytes) = (time.GetTimestamp(), bytes);
            }
            state = state with { BytesDone = bytes, BytesPerSecond = speed };
        }
        Tell();
    }

    private void Store()
    {
        StoredDownload stored;
        lock (gate) { stored = new StoredDownload(state, ETag); }
        journal.Write(stored);
    }

    private void Tell()
    {
        TaskCompletionSource told;
        lock (gate) { (told, changed) = (changed, New()); }
        told.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
