using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.ModelHost.Engine.Files;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>Every job there is: a folder each, read when the service starts.</summary>
internal sealed partial class TuningJobs(TrainingOptions options, TimeProvider time, ILogger<TuningJobs> log) : IDisposable
{
    private const int MostWaiting = 64, MostJobs = 10_000;
    private const string Deleted = ".deleted-"; // before a folder's name while it is removed
    private const long MostRecordBytes = 4 << 20;
    private static readonly TimeSpan ComeBackIn = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new(), _adding = new(); // the second is held while the disk works, the first is not
    private readonly SemaphoreSlim _wake = new(0, 1);
    private Dictionary<string, TuningJob>? _jobs;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<TuningJob> All
    {
        get { lock (_gate) { return [.. Known().Values.OrderByDescending(job => job.Now.CreatedAt).ThenByDescending(job => job.Now.Id, StringComparer.Ordinal)]; } }
    }

    /// <summary>Where jobs lie that are only looked at.</summary>
    public string Forecasts => Path.Combine(TrainingFolder.Of(options), "forecasts");

    private string Folder => Path.Combine(TrainingFolder.Of(options), "jobs");

    public static RequestRefused NoJob(string id) => new(new Problem(404, "invalid_request_error", "not_found", $"There is no job '{id}'. GET /v1/fine_tuning/jobs lists them.", "id"));

    /// <exception cref="RequestRefused">There is none of this id.</exception>
    public TuningJob Find(string id)
    {
        lock (_gate)
        {
            return Known().GetValueOrDefault(id) ?? throw NoJob(id);
        }
    }

    /// <summary>Makes a job of what is asked for, and wakes the queue.</summary>
    /// <exception cref="RequestRefused">Too many wait.</exception>
    public TuningJob Add(Func<string, TuningRecord> record)
    {
        lock (_adding)
        {
            if (All is var known && (known.Count >= MostJobs || known.Count(other => !other.Now.HasEnded) >= MostWaiting))
            {
                throw new RequestRefused(new Problem(429, "rate_limit_error", "queue_full", $"{MostWaiting} jobs wait already, or {MostJobs:N0} are kept. Wait until some have ended, cancel or delete them.") { RetryAfter = ComeBackIn });
            }

            var made = record("ftjob-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)));
            var job = new TuningJob(Path.Combine(Folder, made.Id), made, time, log);
            FileChange.Run("The job", () => DurableJson.Write(job.Folder.Record, made, RecordJson.Default.TuningRecord));
            job.TrySay("info", "created", $"The job is created; its files are looked at next.");
            lock (_gate)
            {
                Known()[made.Id] = job;
            }

            Wake();
            return job;
        }
    }

    /// <summary>Forgets a job that has ended, with all its files. Its adapter stays in the registry.</summary>
    /// <exception cref="RequestRefused">It has not ended, or is still worked at.</exception>
    public void Delete(string id)
    {
        var job = Find(id);
        var gone = Path.Combine(Folder, Deleted + id);
        var isForgotten = job.TryForget(() => FileChange.Run($"The job '{id}'", () => Directory.Move(job.Folder.Path, gone))); // at once: half a job would be nothing that could be listed or deleted
        if (!isForgotten)
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "training_in_progress", job.Now.HasEnded ? $"The job '{id}' is being wound up, or a checkpoint of it exported. Try again shortly." : $"The job '{id}' has not ended. Cancel it first.", "id"));
        }

        lock (_gate)
        {
            if (Known().Remove(id))
            {
                job.Dispose();
            }
        }

        Clear(() => Directory.Delete(gone, recursive: true)); // else at the next start
    }

    /// <summary>Something changed that the queue should look at.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    public void Dispose() => _wake.Dispose();

    /// <summary>Waits until it is woken, and no longer than given.</summary>
    public Task WokenAsync(TimeSpan most, CancellationToken cancellation) => _wake.WaitAsync(most, cancellation);

    /// <summary>Read once: what ran when the service ended waits again. Only under the lock.</summary>
    private Dictionary<string, TuningJob> Known()
    {
        if (_jobs is not null)
        {
            return _jobs;
        }

        if (Directory.Exists(Forecasts))
        {
            Clear(() => Directory.Delete(Forecasts, recursive: true)); // of a process that was killed
        }

        var found = new Dictionary<string, TuningJob>(StringComparer.Ordinal);
        foreach (var folder in Directory.Exists(Folder) ? Directory.EnumerateDirectories(Folder) : [])
        {
            if (Path.GetFileName(folder).StartsWith(Deleted, StringComparison.Ordinal))
            {
                Clear(() => Directory.Delete(folder, recursive: true));
            }
            else if (Id().IsMatch(Path.GetFileName(folder)) && Read(folder) is { } job)
            {
                found[job.Now.Id] = job;
            }
        }

        return _jobs = found;
    }

    private TuningJob? Read(string folder)
    {
        try
        {
            if (DurableJson.Read(new JobFiles(folder).Record, MostRecordBytes, RecordJson.Default.TuningRecord) is not { } record || record.Id != Path.GetFileName(folder))
            {
                return null;
            }

            foreach (var export in Directory.EnumerateFiles(folder).Where(file => Guid.TryParseExact(Path.GetFileNameWithoutExtension(file), "N", out _)).ToList())
            {
                Clear(() => File.Delete(export)); // of a process that was killed
            }

            var job = new TuningJob(folder, record, time, log);
            if (!record.HasEnded)
            {
                job.Progressed(_ => job.Events.All().Select(one => one.Data).OfType<TuningMetrics>().Aggregate(new TuningProgress(), (progress, told) => progress.With(told)), time.GetUtcNow());
            }

            if (record.Status == TuningStatus.Running)
            {
                job.Settle(now => now with { Status = TuningStatus.Queued, Reason = JobReason.Restarted });
            }

            return job;
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            log.LogError(fault, "The record of the training job in {Folder} is damaged or cannot be read; the job is passed over.", folder);
            return null;
        }
    }

    private void Clear(Action delete)
    {
        try
        {
            delete();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.LogWarning(fault, "What a deleted job, a forecast, an export or a rating left cannot be deleted.");
        }
    }

    [GeneratedRegex("^ftjob-[0-9a-f]{24}$")]
    private static partial Regex Id();
}
