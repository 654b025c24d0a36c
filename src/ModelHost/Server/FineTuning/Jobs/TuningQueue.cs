using Platform.ModelHost.Server.Hosting;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>Looks at the jobs in the order in which they came: prepares them, trains as many at a time as may be, and takes the drafts of cancelled ones back. It goes on where the service ended before.</summary>
internal sealed class TuningQueue(EngineHost host, TuningJobs jobs, JobStages stages, Runners runners, TrainingOptions options, TimeProvider time, ILogger<TuningQueue> log) : BackgroundService
{
    private const string All = ""; // the folder of the jobs, beside their ids
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
                if (host.IsReady && !IsLater(All))
                {
                    Begin(working, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(working); // trainers write a checkpoint and end
        }
    }

    /// <summary>Nothing that is wrong with a job, or with the folder of all, ends the service.</summary>
    private void Begin(List<Task> working, CancellationToken stopping)
    {
        try
        {
            var waiting = jobs.All.Reverse().Where(job => !job.IsBusy && !IsLater(job.Now.Id)).ToList();
            if (waiting.Find(job => job.Now.Status == TuningStatus.ValidatingFiles) is { } next && !jobs.All.Any(job => job is { IsBusy: true, Now.Status: TuningStatus.ValidatingFiles }))
            {
                working.Add(WorkAsync(next, stages.PrepareAsync, stopping));
            }

            foreach (var job in waiting.Where(job => job.Now.HasDraftToWithdraw))
            {
                working.Add(WorkAsync(job, stages.WithdrawAsync, stopping));
            }

            foreach (var job in waiting.Where(job => job.Now is { Status: TuningStatus.Queued, IsPauseAsked: true })) // while it was looked at, or before the service ended
            {
                job.Settle(now => now is { Status: TuningStatus.Queued, IsPauseAsked: true } ? now with { Status = TuningStatus.Paused, Reason = null } : now);
            }

            foreach (var job in waiting.Where(job => job.Now.Status == TuningStatus.Queued))
            {
                if (Obstacle(job) is { } reason)
                {
                    job.Wait(reason);
                }
                else
                {
                    working.Add(WorkAsync(job, stages.TrainAsync, stopping));
                }
            }
        }
        catch (Exception fault)
        {
            log.LogError(fault, "The training jobs cannot be looked at; it is tried again in {Seconds} s.", TryAgain.TotalSeconds);
            _later[All] = time.GetTimestamp();
        }
    }

    /// <summary>Why a job cannot be trained yet; null when it can. One that is prepared, or whose draft is taken back, is in nobody's way.</summary>
    private JobReason? Obstacle(TuningJob job)
    {
        try
        {
            return job.Now is { IsStopAsked: false, Settings: { Window: { } window } settings } && !TimeWindow.Parse(window, settings.TimeZone).IsOpen(time.GetUtcNow()) ? JobReason.Hours(window, settings.TimeZone ?? TimeZoneInfo.Local.Id)
                : jobs.All.Count(other => other is { IsBusy: true, Now: { Status: not TuningStatus.ValidatingFiles, HasDraftToWithdraw: false } }) >= options.Parallel ? JobReason.AnotherJob
                : job.Now.Settings.Trainer == TuningTrainer.Peft && !File.Exists(job.Folder.Ended) && !runners.AreThere() ? JobReason.NoRunner
                : job.Folder.IsFree ? null : JobReason.TrainerEnds;
        }
        catch (Exception fault) when (fault is RequestRefused or IOException or UnauthorizedAccessException)
        {
            log.LogError(fault, "The training job {Job} cannot be looked at.", job.Now.Id);
            _later[job.Now.Id] = time.GetTimestamp();
            return fault is RequestRefused refused ? JobReason.Refused(refused.Problem.Message) : JobReason.Unreadable;
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
            _later[job.Now.Id] = time.GetTimestamp();
            stages.Fail(job, new TuningError("internal_error", "The job failed: this is a bug. The model service's log says more.", null), ex);
        }
        finally
        {
            job.IsBusy = false;
            jobs.Wake();
        }
    }

    private bool IsLater(string what) => _later.TryGetValue(what, out var since) && time.GetElapsedTime(since) < TryAgain;
}
