using Platform.ModelHost.Server.Hosting;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>Looks at the jobs in the order in which they came: prepares them, and trains as many at a time as may be. It goes on where the service ended before.</summary>
internal sealed class TuningQueue(EngineHost host, TuningJobs jobs, JobStages stages, TrainingOptions options, TimeProvider time, ILogger<TuningQueue> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1), TryAgain = TimeSpan.FromSeconds(10);
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long> _later = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Directory is not { Length: > 0 })
        {
            return;
        }

        var working = new List<Task>();
        try
        {
            while (true)
            {
                await jobs.WokenAsync(Look, stoppingToken);
                working.RemoveAll(task => task.IsCompleted);
                if (host.IsReady)
                {
                    working.AddRange(Begin(stoppingToken));
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(working); // trainers write a checkpoint and end
        }
    }

    private IEnumerable<Task> Begin(CancellationToken stopping)
    {
        var waiting = jobs.All.Reverse().Where(job => !job.IsBusy && !IsLater(job)).ToList();
        if (waiting.Find(job => job.Now.Status == TuningStatus.ValidatingFiles) is { } next && !jobs.All.Any(job => job is { IsBusy: true, Now.Status: TuningStatus.ValidatingFiles }))
        {
            yield return WorkAsync(next, stages.PrepareAsync, stopping);
        }

        foreach (var job in waiting.Where(job => job.Now.Status == TuningStatus.Queued))
        {
            if (jobs.All.Count(other => other is { IsBusy: true, Now.Status: not TuningStatus.ValidatingFiles }) >= options.Parallel)
            {
                Wait(job, "Another job is training; one waits for the other.");
            }
            else if (job.Now.Settings is { Window: { } window } settings && !TimeWindow.Parse(window, settings.TimeZone).IsOpen(time.GetUtcNow()))
            {
                Wait(job, $"Waits for its hours, {window}.");
            }
            else if (!job.Folder.IsFree)
            {
                Wait(job, "The trainer of the service that ran before still writes its checkpoint.");
            }
            else
            {
                yield return WorkAsync(job, stages.TrainAsync, stopping);
            }
        }
    }

    private async Task WorkAsync(TuningJob job, Func<TuningJob, CancellationToken, Task<bool>> stage, CancellationToken stopping)
    {
        job.IsBusy = true;
        await Task.Yield(); // the look at the other jobs goes on
        try
        {
            if (!await stage(job, stopping))
            {
                _later[job.Now.Id] = time.GetTimestamp();
            }
        }
        catch (Exception ex)
        {
            log.LogError(ex, "The training job {Job} failed.", job.Now.Id);
            stages.Fail(job, new TuningError("internal_error", $"The job failed: {ex.Message} This is a bug.", null));
        }
        finally
        {
            job.IsBusy = false;
            jobs.Wake();
        }
    }

    private bool IsLater(TuningJob job) => _later.TryGetValue(job.Now.Id, out var since) && time.GetElapsedTime(since) < TryAgain;

    private static void Wait(TuningJob job, string reason)
    {
        if (job.Now.Reason != reason)
        {
            job.Change(now => now.Status == TuningStatus.Queued ? now with { Reason = reason } : now);
        }
    }
}
