using System.Collections.Concurrent;
using System.Globalization;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Files;
using Platform.ModelHost.Server.Hosting;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>What is done for a job, one stage after the other: its files become rows, the rows an adapter, the adapter a version of the registry.</summary>
internal sealed class JobStages(EngineHost host, JobPreparation preparation, JobCompletion completion, TrainerProgram trainer, Runners runners, TrainingOptions options, TimeProvider time, ILogger<JobStages> log)
{
    private const int MostKills = 3, ImportShare = 6; // 16 bits as read, floats, floats in another order, as written
    private const long ImportBytes = 1L << 30;
    private readonly ConcurrentDictionary<string, (long, long)> _alike = new(); // jobs whose rows were found to be rendered as they are served, and the base's file that it was looked at with

    /// <summary>Renders and forecasts.</summary>
    /// <returns>False when it should be tried again later.</returns>
    public async Task<bool> PrepareAsync(TuningJob job, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, job.Work);
        try
        {
            var (dataset, forecast) = await preparation.RunAsync(host.Engine, job.Now, job.Folder, fault => job.Say("error", $"{char.ToUpperInvariant(fault.Line[0])}{fault.Line[1..]}: {fault.Message}", [fault.Line]), ending.Token);
            // The event stands before what it tells of, so that who follows to the end has read it.
            job.Say("info", "prepared", $"Texts to learn from: {dataset.Examples}, of {dataset.Tokens:N0} tokens, {dataset.LearnedTokens:N0} of them counted. Held out: {dataset.HeldOut}.");
            TellShare(job, dataset);
            if (IsElsewhere(job))
            {
                job.Say("info", "foreseen_elsewhere", $"{forecast.Steps} steps by a runner are foreseen.");
            }
            else
            {
                job.Say("info", "foreseen", $"About {forecast.TotalBytes >> 20} MiB, {forecast.Steps} steps and {(long)Math.Ceiling(forecast.Seconds):N0} s are foreseen.");
            }

            if (dataset.RenderedAt is { } at)
            {
                var moment = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(at), time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
                job.Say("info", "template_time", $"The chat template of '{job.Now.Model}' writes the date or the time: all texts are rendered as of {moment}, and requests as of when they come.");
            }

            if (dataset.Leaked == 1)
            {
                job.Say("warn", "leaked_one", $"1 row that was held out stands nearly the same among those to learn from; nothing is measured by it, so that what is measured was not seen.");
            }
            else if (dataset.Leaked > 1)
            {
                job.Say("warn", "leaked", $"{dataset.Leaked} rows that were held out stand nearly the same among those to learn from; nothing is measured by them, so that what is measured was not seen.");
            }

            job.Change(now => now.Status == TuningStatus.ValidatingFiles ? now with { Status = now.IsPauseAsked ? TuningStatus.Paused : TuningStatus.Queued, Dataset = dataset, Forecast = forecast, Reason = null } : now);
            return true;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return true;
        }
        catch (EngineException full) when (full.Kind == EngineErrorKind.OutOfMemory)
        {
            job.Wait(JobReason.BaseMemory(job.Now.Model, full.Message));
            return false;
        }
        catch (Exception fault) when (Error(fault) is { } error)
        {
            Fail(job, error, fault);
            return true;
        }
    }

    /// <summary>Says where what is held out of the job's one file is less than half or more than twice what was asked for.</summary>
    private static void TellShare(TuningJob job, DatasetFacts dataset)
    {
        var (asked, found) = (job.Now.Settings.ValidationShare, dataset.HeldOutTokens / Math.Max(1.0, dataset.Tokens + dataset.HeldOutTokens));
        if (asked > 0 && job.Now is { ValidationFile: null, Mixture.Count: 0 } && (found > 2 * asked || found < asked / 2))
        {
            job.Say("warn", "held_out_share", $"Of all tokens {Math.Round(100 * found)} % are held out, where {Math.Round(100 * asked, 1)} % were asked for: the rows are few or of unlike length, and each is learned or held out whole.");
        }
    }

    /// <summary>Trains to the end, or until the job is to pause.</summary>
    /// <inheritdoc cref="PrepareAsync" path="/returns"/>
    public async Task<bool> TrainAsync(TuningJob job, CancellationToken stopping)
    {
        var (engine, id) = (host.Engine, job.Now.Id);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, job.Work);
        try
        {
            var file = engine.StampOf(job.Now.Model);
            if (!_alike.TryGetValue(id, out var seen) || seen != file) // else the look would load the base each time anew, for whose memory the job may wait
            {
                await JobPreparation.CheckParityAsync(engine, job.Now, job.Folder, ending.Token);
                _alike[id] = file;
            }

            if (!IsElsewhere(job))
            {
                await engine.HoldMemoryAsync(id, "training", job.Now.Forecast!.TotalBytes, ending.Token);
            }

            _alike.TryRemove(id, out _);
            if (engine.StampOf(job.Now.Model) != file) // while it waited: what would be trained on is looked at first
            {
                engine.ReleaseMemory(id);
                return true;
            }
        }
        catch (EngineException full) when (full.Kind == EngineErrorKind.OutOfMemory)
        {
            job.Wait(JobReason.Memory(job.Now.Forecast!.TotalBytes, full.Message));
            return false;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return true;
        }
        catch (Exception fault) when (Error(fault) is { } error)
        {
            Fail(job, error, fault);
            return true;
        }

        RunOutcome outcome;
        try
        {
            job.Change(now => now.Status == TuningStatus.Queued ? now with { Status = TuningStatus.Running, Reason = null, StartedAt = now.StartedAt ?? Seconds } : now);
            job.Begin();
            outcome = await new TrainerRun(job, engine, options, time).RunAsync(
                () => IsElsewhere(job) ? new RunnerTrainer(job, runners, options, time, () => ImportAsync(engine, job, ending.Token)) : new ChildTrainer(trainer, job), yields: !IsElsewhere(job), stopping);
        }
        catch (Exception fault) when (Error(fault) is { } error)
        {
            log.LogError(fault, "The trainer of {Job} cannot be run.", id);
            outcome = new RunOutcome(RunEnd.Failed, error);
        }
        finally
        {
            engine.ReleaseMemory(id);
        }

        return await AfterAsync(job, outcome, stopping);
    }

    /// <summary>Takes the draft of a cancelled job back, of which nobody else does: it was cancelled while it waited, or answers ran with the draft.</summary>
    /// <inheritdoc cref="PrepareAsync" path="/returns"/>
    public async Task<bool> WithdrawAsync(TuningJob job, CancellationToken stopping)
    {
        try
        {
            return await completion.WithdrawAsync(host.Engine, job, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return true; // done with the next start
        }
    }

    /// <summary>Ends a job that cannot go on.</summary>
    /// <param name="cause">Logged; callers see the error alone.</param>
    public void Fail(TuningJob job, TuningError error, Exception? cause = null)
    {
        log.LogError(cause, "The training job {Job} failed: {Message}", job.Now.Id, error.Message);
        job.TrySay("error", error.Message);
        job.Settle(now => now.HasEnded ? now : now with { Status = TuningStatus.Failed, Error = error, Reason = null, FinishedAt = Seconds });
    }

    private static bool IsElsewhere(TuningJob job) => job.Now.Settings.Trainer == TuningTrainer.Peft;

    /// <summary>What a runner saved becomes the job's adapter. It is untrusted: read in a process of its own, and checked as any file when it is taken into the registry.</summary>
    /// <exception cref="EngineException">It is refused.</exception>
    private async Task ImportAsync(ModelEngine engine, TuningJob job, CancellationToken cancellation)
    {
        var made = job.Folder.In($"{Guid.NewGuid():N}.gguf");
        try
        {
            var weights = new FileInfo(Path.Combine(job.Folder.Peft, "adapter_model.safetensors"));
            await trainer.Program.RunAsync("Importing the runner's adapter", ImportBytes + ImportShare * (weights.Exists ? weights.Length : 0), ["convert", job.Folder.Peft, engine.FileOf(job.Now.Model).Path, made], cancellation);
            File.Move(made, job.Folder.Adapter, overwrite: true);
        }
        finally
        {
            File.Delete(made);
        }
    }

    private long Seconds => time.GetUtcNow().ToUnixTimeSeconds();

    private async Task<bool> AfterAsync(TuningJob job, RunOutcome outcome, CancellationToken stopping)
    {
        if (outcome.End is RunEnd.Succeeded or RunEnd.Cancelled or RunEnd.Failed)
        {
            Clear(job);
        }

        switch (outcome.End)
        {
            case RunEnd.Succeeded:
                return await CompleteAsync(job, stopping);
            case RunEnd.Cancelled:
                job.Settle(now => now.HasEnded ? now : now with { Status = TuningStatus.Cancelled, Reason = null, FinishedAt = Seconds });
                return true;
            case RunEnd.Paused when stopping.IsCancellationRequested:
                return true; // its record says that it runs: it goes on with the next start
            case RunEnd.Paused:
                job.Settle(now => now.HasEnded ? now : now with { Status = now.IsPauseAsked ? TuningStatus.Paused : TuningStatus.Queued, Reason = null });
                return true;
            case RunEnd.Killed when job.CountKill(JobSteering.Kept(job)) <= MostKills:
                job.TrySay("warn", "killed", $"{outcome.Error!.Message} It goes on from its last checkpoint.");
                job.Settle(now => now.HasEnded ? now : now with { Status = now.IsPauseAsked ? TuningStatus.Paused : TuningStatus.Queued, Reason = null });
                return true;
            default:
                Fail(job, outcome.Error!);
                return true;
        }
    }

    private async Task<bool> CompleteAsync(TuningJob job, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, job.Work);
        try
        {
            await completion.RunAsync(host.Engine, job, ending.Token);
            return true;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return true; // cancelled; or done again with the next start
        }
        catch (Exception fault) when (Error(fault) is { } error)
        {
            Fail(job, error with { Message = $"The adapter is trained and could not be put into the registry: {error.Message} POST …/resume tries it again." }, fault);
            return true;
        }
    }

    private void Clear(TuningJob job)
    {
        try
        {
            job.Folder.ClearEvaluations();
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            log.LogWarning(kept, "The adapters of {Job}'s evaluations cannot be deleted; they go with the job.", job.Now.Id);
        }
    }

    /// <summary>What a job can fail with that is no bug of ours.</summary>
    internal static TuningError? Error(Exception fault) => fault switch
    {
        TuningFault own => own.Error,
        RequestRefused refused => new TuningError(refused.Problem.Code ?? "invalid_request", refused.Problem.Message, refused.Problem.Param),
        EngineException engine => new TuningError(Problems.Of(engine, "", draining: false).Code ?? "job_failed", engine.Message, engine.Parameter),
        InvalidDataException => new TuningError("job_failed", "A file that was made of the job's rows is damaged. Make the job anew.", null),
        IOException or UnauthorizedAccessException => new TuningError(fault is IOException full && DiskFull.Is(full) ? "no_space" : "cannot_write", $"A file of the job cannot be read or written: {Cause(fault)}", null),
        _ => null,
    };

    private static string Cause(Exception fault) => fault is IOException full && DiskFull.Is(full) ? "the disk is full. Make room and resume the job."
        : $"{(fault is UnauthorizedAccessException ? "the program has no right to" : "the file system refuses, or another program holds it")}. Correct that and resume the job.";
}
