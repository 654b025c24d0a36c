using Platform.ModelHost.Engine.Files;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>What people do with a job: cancel, pause, stop, resume. What makes no sense in its state is refused with that state.</summary>
internal static class JobSteering
{
    /// <summary>Ends a job; what it trained so far stays in its folder, and its draft goes out of the registry where it stands there already, at once or with the queue's next look. One that has ended stays as it is.</summary>
    public static void Cancel(TuningJob job, TimeProvider time)
    {
        if (job.Now.HasEnded)
        {
            return;
        }

        job.TrySay("info", "cancelled", $"The job is cancelled.");
        job.EndWork();
        job.Settle(now => now.HasEnded ? now : now with { Status = TuningStatus.Cancelled, IsPauseAsked = false, Reason = null, HasDraftToWithdraw = now.Version is not null || File.Exists(job.Folder.Adapter), FinishedAt = time.GetUtcNow().ToUnixTimeSeconds() });
    }

    /// <summary>Pauses a job: at once while it waits, else after the step that it is at.</summary>
    /// <exception cref="RequestRefused">It has ended, or is past its last step.</exception>
    public static void Pause(TuningJob job, TimeProvider time)
    {
        Refuse(job, job.Now.HasEnded, "paused");
        RefusePast(job);
        job.Change(now => now.HasEnded ? now : now with { IsPauseAsked = true, Reason = null, Status = now.Status == TuningStatus.Queued && !job.IsBusy ? TuningStatus.Paused : now.Status });
    }

    /// <summary>Ends a job with what it learned so far, as if its last step were behind it: the weights of the lowest evaluation loss become its adapter, and are measured. One that is paused or failed does so as soon as its turn comes, whatever its hours are.</summary>
    /// <exception cref="RequestRefused">It has ended otherwise, has learned nothing yet, or is past its last step.</exception>
    public static void Stop(TuningJob job)
    {
        Refuse(job, job.Now is { Status: TuningStatus.Succeeded or TuningStatus.Cancelled or TuningStatus.ValidatingFiles } or { Forecast: null }, "stopped");
        RefusePast(job);
        if (Learned(job) == 0)
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "wrong_state", $"The job '{job.Now.Id}' has learned nothing yet, so there is nothing to keep. Cancel it.", "id"));
        }

        job.TrySay("info", "stop_asked", $"The job is to end with what it learned so far.");
        job.Change(now => now.Status is TuningStatus.Succeeded or TuningStatus.Cancelled ? now
            : now with { IsStopAsked = true, IsPauseAsked = false, Reason = null, Error = null, FinishedAt = null, Status = now.Status == TuningStatus.Running ? TuningStatus.Running : TuningStatus.Queued });
    }

    /// <summary>Lets a job go on that was paused, or that failed for a reason that is gone; one that was to end goes on learning, unless it failed on its way to that end: then that is tried again.</summary>
    /// <param name="job">The job.</param>
    /// <param name="step">Of a checkpoint to go back to: those after it are deleted. Null goes on from the last.</param>
    /// <exception cref="RequestRefused">It does neither, was cancelled, or has no such checkpoint.</exception>
    public static void Resume(TuningJob job, int? step)
    {
        if (job.Now.Status == TuningStatus.Cancelled)
        {
            var checkpoints = job.Folder.CheckpointSteps is { Count: > 0 } steps ? $" Its checkpoints are there still ({string.Join(", ", steps)}): register one as a version, or" : " So";
            throw new RequestRefused(new Problem(409, "conflict_error", "job_cancelled", $"The job '{job.Now.Id}' was cancelled, which is for good.{checkpoints} make the job anew; to go on later, a job is paused.", "id"));
        }

        Refuse(job, job.Now is { Status: TuningStatus.Succeeded } or not ({ IsPauseAsked: true } or { IsStopAsked: true } or { Status: TuningStatus.Paused or TuningStatus.Failed }), "resumed");
        if (job.Now is { IsStopAsked: true, IsPauseAsked: false, Status: TuningStatus.Running })
        {
            RefusePast(job);
        }

        if (step is { } back)
        {
            Refuse(job, job.IsBusy || job.Now.Status is not (TuningStatus.Paused or TuningStatus.Failed), "taken back to a checkpoint before it is paused");
            RefusePast(job); // its draft is of the steps that would be taken anew
            GoBack(job, back);
        }

        job.Change(now => now with
        {
            IsPauseAsked = false, IsStopAsked = step is null && now is { IsStopAsked: true, Status: TuningStatus.Failed }, Reason = null, Error = null, FinishedAt = null,
            Status = now.Status switch
            {
                TuningStatus.Paused => TuningStatus.Queued,
                TuningStatus.Failed => now.Forecast is null ? TuningStatus.ValidatingFiles : TuningStatus.Queued,
                var other => other,
            },
        });
        job.ForgetKills();
        job.TrySay("info", "goes_on", $"The job goes on.");
    }

    /// <summary>The step that a job's next run begins after: of a trainer that was killed what its last checkpoint has, and not what it told.</summary>
    public static int Kept(TuningJob job) =>
        job.Now.Settings.Trainer == TuningTrainer.Peft && job.Folder.HasRunnerCheckpoint ? job.Now.Progress.Step : job.Folder.CheckpointSteps is [var last, ..] ? last : 0;

    private static int Learned(TuningJob job) => job.Now.Status == TuningStatus.Running ? job.Now.Progress.Step : Kept(job);

    private static void GoBack(TuningJob job, int step)
    {
        if (job.Folder.Checkpoint(step) is null)
        {
            throw new RequestRefused(new Problem(404, "invalid_request_error", "not_found", $"The job '{job.Now.Id}' has no checkpoint of step '{step}'. It has {string.Join(", ", job.Folder.CheckpointSteps.DefaultIfEmpty(0))}.", "step"));
        }

        FileChange.Run("A checkpoint", () => job.Folder.CheckpointSteps.Where(later => later > step).Select(job.Folder.Checkpoint).OfType<string>().ToList().ForEach(File.Delete));
        job.TrySay("info", "goes_back", $"The job goes back to step {step}.");
    }

    /// <summary>Refuses what concerns steps of a job that takes none any more: its adapter is made or measured.</summary>
    private static void RefusePast(TuningJob job)
    {
        if (job.Now is { Version: not null } or { Status: TuningStatus.Running, Reason.Code: "comparing" or "exporting" or "measuring" })
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "wrong_state", $"The job '{job.Now.Id}' has taken its last step; its adapter is made and measured. Wait for its end, or cancel it.", "id"));
        }
    }

    private static void Refuse(TuningJob job, bool isWrong, string what)
    {
        if (isWrong)
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "wrong_state", $"The job '{job.Now.Id}' is {job.Now.Status.ToString().ToLowerInvariant()} and cannot be {what}.", "id"));
        }
    }
}
