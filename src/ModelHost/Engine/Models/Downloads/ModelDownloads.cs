using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Platform.ModelHost.Engine.Files;

namespace Platform.ModelHost.Engine.Models.Downloads;

/// <summary>Downloads of model files into the model folder: two at a time, the others in order. What they are is stored, so that a restart shows what was cut off; a file gets its name only when it has arrived, is what the hub says, and is a model.</summary>
/// <remarks>No request leaves the machine unless <see cref="Start"/> was called, in this run or for a download that the end of an earlier one cut off.</remarks>
public sealed class ModelDownloads : IAsyncDisposable
{
    private const int AtOnce = 2, MostWaiting = 32, MostKept = 100;
    private const string Folder = ".downloads", CutOff = "interrupted";
    private static readonly TimeSpan BetweenEvents = TimeSpan.FromMilliseconds(200);

    private readonly Lock gate = new();
    private readonly Dictionary<string, DownloadProgress> downloads = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim places = new(AtOnce, AtOnce);
    private readonly CancellationTokenSource stopping = new();
    private readonly ModelRegistry registry;
    private readonly HubRequests hub;
    private readonly DownloadJournal journal;
    private readonly DownloadSurroundings around;
    private readonly ILogger log;

    internal ModelDownloads(ModelRegistry registry, HubRequests hub, DownloadSurroundings around, ILogger log)
    {
        (this.registry, this.hub, this.around, this.log) = (registry, hub, around, log);
        journal = new DownloadJournal(Path.Combine(registry.Folder.Path ?? "", Folder));
        foreach (var (state, etag) in registry.Folder.Path is null ? [] : journal.Read()) { downloads[state.Id] = new DownloadProgress(AfterRestart(state), etag, journal, around.Time); }
    }

    /// <summary>Every download that is known, the newest first.</summary>
    public IReadOnlyList<ModelDownload> All
    {
        get { lock (gate) { return [.. downloads.Values.Select(d => d.State).OrderByDescending(d => d.CreatedAt)]; } }
    }

    /// <summary>A download; null when there is none with this id.</summary>
    public ModelDownload? Find(string id)
    {
        lock (gate) { return downloads.GetValueOrDefault(id)?.State; }
    }

    /// <summary>Starts a download. One that runs already is returned as it is; one that was cut off, has failed or was cancelled goes on where it stopped; a file that is there already is not fetched again.</summary>
    /// <exception cref="EngineException">BadRequest: the source cannot be read, or there is no model folder; QueueFull; CannotWrite.</exception>
    public ModelDownload Start(string? source)
    {
        var wanted = HubSource.Parse(source);
        if (registry.Folder.Path is not { } folder) { throw new EngineException(EngineErrorKind.BadRequest, "There is no model folder to download into. Set Engine:ModelDirectory."); }
        var target = Path.Combine(folder, wanted.RelativePath);
        var modelId = registry.Folder.IdOf(target);
        if (registry.Folder.Find(modelId) is { } other && other != target) { throw new EngineException(EngineErrorKind.BadRequest, $"Another file has the id '{modelId}' already, which '{wanted.Text}' would get. Delete or rename it first.") { Parameter = "source" }; }
        lock (gate)
        {
            var before = downloads.GetValueOrDefault(wanted.DownloadId);
            if (before is { State.IsFinished: false }) { return before.State; }
            if (downloads.Values.Count(d => !d.State.IsFinished) >= MostWaiting + AtOnce) { throw new EngineException(EngineErrorKind.QueueFull, $"{MostWaiting} downloads wait already. Try again when one has ended.") { RetryAfter = TimeSpan.FromSeconds(30) }; }
            var have = journal.PartBytes(wanted.DownloadId);
            var goesOn = have > 0 && before is not null;
            var state = new ModelDownload(wanted.DownloadId, wanted.Text, modelId, DownloadStatus.Queued, have, goesOn ? before!.State.BytesTotal : null, 0, goesOn ? before!.State.Sha256 : null, null, null, around.Time.GetUtcNow(), null);
            var download = new DownloadProgress(state, goesOn ? before!.ETag : null, journal, around.Time);
            FileChange.Run("The model folder", () =>
            {
                if (File.Exists(target)) { download.Become(DownloadStatus.Completed, s => Finished(s) with { BytesDone = FileStamp.Of(target).Bytes, BytesTotal = FileStamp.Of(target).Bytes, Sha256 = registry.KnownHash(target) }); }
                else { download.Become(DownloadStatus.Queued); }
            });
            downloads[state.Id] = download;
            DropOldest();
            if (!download.State.IsFinished) { download.Running = Task.Run(() => RunAsync(wanted, target, download)); }
            return download.State;
        }
    }

    /// <summary>Takes up again what the end of the service cut off. Who wants that stopped cancels it, which is remembered.</summary>
    internal void GoOn()
    {
        foreach (var cut in All.Where(download => download.ErrorCode == CutOff).Reverse())
        {
            try
            {
                Start(cut.Source);
            }
            catch (EngineException refused)
            {
                log.LogWarning("The download of {Source} was cut off and cannot go on. {Reason}", cut.Source, refused.Message);
            }
        }
    }

    /// <summary>Stops a download; what has arrived is kept. The state that it ends in; null when there is none with this id.</summary>
    public async Task<ModelDownload?> CancelAsync(string id)
    {
        DownloadProgress? download;
        lock (gate) { download = downloads.GetValueOrDefault(id); }
        if (download is null) { return null; }
        await download.Cancelling.CancelAsync();
        await download.Running;
        return download.State;
    }

    /// <summary>Stops a download, and forgets it with what has arrived; a model that is complete stays. False when there is none with this id.</summary>
    /// <exception cref="EngineException">Kind CannotWrite; it is still known then.</exception>
    public async Task<bool> RemoveAsync(string id)
    {
        if (await CancelAsync(id) is null) { return false; }
        lock (gate)
        {
            if (downloads.GetValueOrDefault(id) is not { State.IsFinished: true } ended) { return true; } // it was started again
            FileChange.Run($"The download of '{ended.State.Source}'", () => journal.Delete(id));
            downloads.Remove(id);
        }
        return true;
    }

    /// <summary>The states of a download, the present one first and at most five a second, to the last. Nothing when there is none with this id.</summary>
    public async IAsyncEnumerable<ModelDownload> FollowAsync(string id, [EnumeratorCancellation] CancellationToken cancellation)
    {
        DownloadProgress? download;
        lock (gate) { download = downloads.GetValueOrDefault(id); }
        while (download is not null)
        {
            var (state, changed) = download.Look();
            yield return state;
            if (state.IsFinished) { yield break; }
            await changed.WaitAsync(cancellation);
            await Task.Delay(BetweenEvents, around.Time, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested) { return; }
        await stopping.CancelAsync();
        Task[] running;
        lock (gate) { running = [.. downloads.Values.Select(d => d.Running)]; }
        await Task.WhenAll(running);
        hub.Dispose();
        places.Dispose();
    }

    private async Task RunAsync(HubSource source, string target, DownloadProgress download)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(download.Cancelling.Token, stopping.Token);
        var hasPlace = false;
        try
        {
            await places.WaitAsync(either.Token);
            hasPlace = true;
            await new DownloadRun(source, target, journal.PartOf(download.State.Id), download, hub, registry, around).RunAsync(either.Token);
            download.Become(DownloadStatus.Completed, Finished);
        }
        catch (Exception fault)
        {
            End(download, fault);
        }
        finally
        {
            if (hasPlace) { places.Release(); }
        }
    }

    private void End(DownloadProgress download, Exception fault)
    {
        var (status, code, message) = fault switch
        {
            OperationCanceledException when stopping.IsCancellationRequested => (DownloadStatus.Failed, CutOff, Interrupted),
            OperationCanceledException when download.Cancelling.IsCancellationRequested => (DownloadStatus.Cancelled, null, null),
            DownloadFault known => (DownloadStatus.Failed, known.Code, known.Message),
            IOException full when DiskFull.Is(full) => (DownloadStatus.Failed, "no_space", "The disk where the models lie is full. Free some space and start the download again: it goes on where it stopped."),
            IOException or UnauthorizedAccessException => (DownloadStatus.Failed, "cannot_write", "The model folder cannot be written. Give the program the right to, or name another one in Engine:ModelDirectory."),
            _ => (DownloadStatus.Failed, "internal_error", "The download failed. The log says why."),
        };
        if (code is "internal_error" or "cannot_write") { log.LogError(fault, "The download of {Source} failed", download.State.Source); }
        try
        {
            download.Become(status, state => Finished(state) with { BytesDone = journal.PartBytes(state.Id), ErrorCode = code, ErrorMessage = message });
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            log.LogWarning(unwritable, "The state of the download of {Source} cannot be stored", download.State.Source); // it is told all the same
        }
    }

    private const string Interrupted = "The model service ended while this ran. Start the download again: it goes on where it stopped.";

    private ModelDownload Finished(ModelDownload state) => state with { FinishedAt = around.Time.GetUtcNow(), BytesPerSecond = 0 };

    private ModelDownload AfterRestart(ModelDownload stored) => stored.IsFinished ? stored
        : Finished(stored) with { Status = DownloadStatus.Failed, BytesDone = journal.PartBytes(stored.Id), ErrorCode = CutOff, ErrorMessage = Interrupted };

    /// <summary>Keeps the list short: finished ones go that have left nothing behind, the oldest first.</summary>
    private void DropOldest()
    {
        foreach (var old in downloads.Values.Select(d => d.State).Where(s => s.IsFinished && journal.PartBytes(s.Id) == 0).OrderByDescending(s => s.CreatedAt).Skip(MostKept).ToList())
        {
            downloads.Remove(old.Id);
            journal.Delete(old.Id);
        }
    }
}
