using Platform.ModelHost.Engine;
using Platform.ModelHost.Server.FineTuning.Measures;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>How a run of the trainer ended.</summary>
internal enum RunEnd { Succeeded, Paused, Cancelled, Failed, Killed }

/// <param name="Error">Why, of a failed or killed one.</param>
internal sealed record RunOutcome(RunEnd End, TuningError? Error = null);

/// <summary>One run of a trainer, which is listened to, held while requests run, and told to pause or to end.</summary>
internal sealed class TrainerRun(TuningJob job, ModelEngine engine, TrainingOptions options, TimeProvider time)
{
    private readonly ProbeAnswers _probes = new(engine, job.Now.Model, time);
    private const int Refused = 1, Paused = 3, Cancelled = 4;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50), Turn = TimeSpan.FromSeconds(0.5), Patience = TimeSpan.FromSeconds(30);
    private readonly TimeWindow? _window = job.Now.Settings.Window is { } window ? TimeWindow.Parse(window, job.Now.Settings.TimeZone) : null;
    private long _calmSince = time.GetTimestamp(), _seen = engine.Requests.Begun;
    private long? _told, _heldSince, _turnSince;

    /// <param name="start">Starts the trainer.</param>
    /// <param name="yields">It computes on this machine, and gives way to requests.</param>
    /// <param name="stopping">The service ends: the trainer writes a checkpoint and ends too.</param>
    /// <exception cref="EngineException">The trainer cannot be started.</exception>
    public async Task<RunOutcome> RunAsync(Func<ITrainer> start, bool yields, CancellationToken stopping)
    {
        File.Delete(job.Folder.PauseMark);
        File.Delete(job.Folder.CancelMark);
        File.Delete(job.Folder.StopMark);
        var (progress, over) = (new ProgressFollower(job, time), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        MarkStop(job);
        using var trainer = start();
        using var answering = CancellationTokenSource.CreateLinkedTokenSource(stopping, job.Work);
        var answers = new EvaluationAnswers(job, engine, _probes, time).RunAsync(over.Task, answering.Token);
        try
        {
            using var beat = new PeriodicTimer(Beat, time);
            while (!trainer.HasEnded)
            {
                await beat.WaitForNextTickAsync(CancellationToken.None);
                progress.Take();
                MarkStop(job);
                Steer(trainer, yields, stopping);
            }

            var (code, failure) = await trainer.EndAsync();
            progress.Take();
            if (code != 0)
            {
                await answering.CancelAsync();
            }

            over.SetResult();
            await answers;
            return Outcome(code, progress.State, failure);
        }
        finally
        {
            job.Hold(false);
            await answering.CancelAsync();
            await answers;
        }
    }

    /// <summary>Tells the trainer by a mark in the job's folder whether it is to end with what it learned so far; who asked for that may have taken it back.</summary>
    internal static void MarkStop(TuningJob job)
    {
        var (asked, mark) = (job.Now.IsStopAsked, job.Folder.StopMark);
        if (asked == File.Exists(mark))
        {
            return;
        }

        if (asked)
        {
            File.WriteAllText(mark, "");
        }
        else
        {
            File.Delete(mark);
        }
    }

    private void Steer(ITrainer trainer, bool yields, CancellationToken stopping)
    {
        if (_told is { } since)
        {
            if (time.GetElapsedTime(since) > Patience && job.Work.IsCancellationRequested)
            {
                trainer.Kill();
            }

            return;
        }

        if (job.Work.IsCancellationRequested)
        {
            Tell(trainer, "cancel", isLast: true);
        }
        else if (stopping.IsCancellationRequested || job.Now.IsPauseAsked || (_window?.IsOpen(time.GetUtcNow()) == false && !job.Now.IsStopAsked))
        {
            Tell(trainer, "pause", isLast: true);
        }
        else if (yields)
        {
            Yield(trainer);
        }
    }

    /// <summary>Answers, vectors and scores come first: the trainer waits between two micro-batches while any request runs or waits, and a little longer. Where they never end it has a turn now and then.</summary>
    private void Yield(ITrainer trainer)
    {
        var (running, begun) = engine.Requests;
        var isAsked = running > 0 || begun != _seen;
        if (isAsked)
        {
            (_seen, _calmSince) = (begun, time.GetTimestamp());
        }

        if (_heldSince is not { } held)
        {
            if (isAsked && !(_turnSince is { } turn && time.GetElapsedTime(turn) < Turn))
            {
                Tell(trainer, "hold");
                (_heldSince, _turnSince) = (time.GetTimestamp(), null);
                job.Hold(true);
            }
        }
        else if ((!isAsked && time.GetElapsedTime(_calmSince) >= options.Calm) is var isCalm && (isCalm || (options.LongestHold > TimeSpan.Zero && time.GetElapsedTime(held) >= options.LongestHold)))
        {
            Tell(trainer, "go");
            (_heldSince, _turnSince) = (null, isCalm ? null : time.GetTimestamp());
            job.Hold(false);
        }
    }

    private void Tell(ITrainer trainer, string word, bool isLast = false)
    {
        _told = isLast ? time.GetTimestamp() : null;
        if (isLast)
        {
            job.Hold(false); // the word frees it
        }

        trainer.Tell(word);
    }

    private RunOutcome Outcome(int code, TrainerLine? last, EngineException failure) => code switch
    {
        0 when File.Exists(job.Folder.Adapter) => new(RunEnd.Succeeded),
        Paused => new(RunEnd.Paused),
        Cancelled => new(RunEnd.Cancelled),
        _ when job.Work.IsCancellationRequested => new(RunEnd.Cancelled),
        Refused => new(RunEnd.Failed, last is { State: "failed", Message: { } message } ? new TuningError(Code(last.Fault), message, null) : new TuningError(Code(failure.Fault), failure.Message, null)),
        _ => new(RunEnd.Killed, new TuningError(failure.Kind == EngineErrorKind.OutOfMemory ? "out_of_memory" : "job_failed", failure.Message, null)),
    };

    /// <summary>The code of a job's error, by the word that the trainer has for it.</summary>
    public static string Code(string? fault) => fault switch
    {
        "model" => "model_not_trainable",
        "job" => "invalid_request",
        "data" => "invalid_training_file",
        "checkpoint" => "checkpoint_damaged",
        "numbers" => "training_unstable",
        "export" => "export_failed",
        "base" => "base_changed",
        "space" => "no_space",
        "memory" => "out_of_memory",
        _ => "job_failed",
    };
}
