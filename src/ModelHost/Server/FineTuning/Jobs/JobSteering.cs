namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>What people do with a job: cancel, pause, resume. What makes no sense in its state is refused with that state.</summary>
internal static class JobSteering
{
    /// <summary>Ends a job; what it trained so far stays in its folder, and its draft in the registry where it stands there already. One that has ended stays as it is.</summary>
    public static void Cancel(TuningJob job, TimeProvider time)
    {
        if (job.Now.HasEnded)
        {
            return;
        }

        job.TrySay("info", "The job is cancelled.");
        job.EndWork();
        job.Settle(now => now.HasEnded ? now : now with { Status = TuningStatus.Cancelled, IsPauseAsked = false, Reason = null, FinishedAt = time.GetUtcNow().ToUnixTimeSeconds() });
    }

    /// <summary>Pauses a job: at once while it waits, else after the step that it is at.</summary>
    /// <exception cref="RequestRefused">It has ended.</exception>
    public static void Pause(TuningJob job, TimeProvider time)
    {
        Refuse(job, job.Now.HasEnded, "paused");
        job.Change(now => now.HasEnded ? now : now with { IsPauseAsked = true, Reason = null, Status = now.Status == TuningStatus.Queued && !job.IsBusy ? TuningStatus.Paused : now.Status });
    }

    /// <summary>Lets a job go on that was paused, or that failed for a reason that is gone.</summary>
    /// <exception cref="RequestRefused">It does neither.</exception>
    public static void Resume(TuningJob job, TimeProvider time)
    {
        Refuse(job, job.Now is not ({ IsPauseAsked: true } or { Status: TuningStatus.Paused or TuningStatus.Failed }), "resumed");
        job.Change(now => now with
        {
            IsPauseAsked = false, Reason = null, Error = null, FinishedAt = null,
            Status = now.Status switch
            {
                TuningStatus.Paused => TuningStatus.Queued,
                TuningStatus.Failed => now.Forecast is null ? TuningStatus.ValidatingFiles : TuningStatus.Queued,
                var other => other,
            },
        });
        job.TrySay("info", "The job goes on.");
    }

    private static void Refuse(TuningJob job, bool isWrong, string what)
    {
        if (isWrong)
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "wrong_state", $"The job '{job.Now.Id}' is {job.Now.Status.ToString().ToLowerInvariant()} and cannot be {what}.", "id"));
        }
    }
}
