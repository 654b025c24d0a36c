using System.Diagnostics;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Work;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>How a run of the trainer ended.</summary>
internal enum RunEnd { Succeeded, Paused, Cancelled, Failed, Killed }

/// <param name="Error">Why, of a failed or killed one.</param>
internal sealed record RunOutcome(RunEnd End, TuningError? Error = null);

/// <summary>One run of the trainer: a child process that is listened to, held while requests run, and told to pause or to end.</summary>
internal sealed class TrainerRun(TuningJob job, ModelEngine engine, TrainerProgram trainer, TrainingOptions options, TimeProvider time)
{
    private const long RuntimeBytes = 1L << 30;
    private const int Refused = 1, Paused = 3, Cancelled = 4;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50), Patience = TimeSpan.FromSeconds(30);
    private readonly TimeWindow? _window = job.Now.Settings.Window is { } window ? TimeWindow.Parse(window, job.Now.Settings.TimeZone) : null;
    private long _calmSince = time.GetTimestamp(), _seen = engine.Requests.Begun;
    private long? _told;
    private bool _isHeld;

    /// <param name="stopping">The service ends: the trainer writes a checkpoint and ends too.</param>
    /// <exception cref="EngineException">The trainer cannot be started.</exception>
    public async Task<RunOutcome> RunAsync(CancellationToken stopping)
    {
        File.Delete(job.Folder.PauseMark);
        File.Delete(job.Folder.CancelMark);
        var (memory, progress) = (RuntimeBytes + 2 * job.Now.Forecast!.TotalBytes, new ProgressFollower(job));
        using var process = trainer.Program.Start("Training", memory, "train", job.Folder.Path, "--stdin");
        try
        {
            var (errors, words) = (ChildProgram.ErrorsAsync(process, CancellationToken.None), process.StandardOutput.ReadToEndAsync(CancellationToken.None));
            using var beat = new PeriodicTimer(Beat, time);
            while (!process.HasExited)
            {
                await beat.WaitForNextTickAsync(CancellationToken.None);
                progress.Take();
                Steer(process, stopping);
            }

            await process.WaitForExitAsync(CancellationToken.None);
            progress.Take();
            await words;
            return Outcome(process.ExitCode, progress.State, ChildProgram.Failure("Training", process.ExitCode, await errors, memory));
        }
        finally
        {
            job.Hold(false);
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private void Steer(Process process, CancellationToken stopping)
    {
        if (_told is { } since)
        {
            if (time.GetElapsedTime(since) > Patience && job.Work.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
            }

            return;
        }

        if (job.Work.IsCancellationRequested)
        {
            Tell(process, "cancel", isLast: true);
        }
        else if (stopping.IsCancellationRequested || job.Now.IsPauseAsked || _window?.IsOpen(time.GetUtcNow()) == false)
        {
            Tell(process, "pause", isLast: true);
        }
        else
        {
            Yield(process);
        }
    }

    /// <summary>Answers, vectors and scores come first: the trainer waits between two micro-batches while any request runs or waits, and a little longer.</summary>
    private void Yield(Process process)
    {
        var (running, begun) = engine.Requests;
        if (running > 0 || begun != _seen)
        {
            _seen = begun;
            _calmSince = time.GetTimestamp();
            if (!_isHeld)
            {
                Tell(process, "hold");
                job.Hold(_isHeld = true);
            }
        }
        else if (_isHeld && time.GetElapsedTime(_calmSince) >= options.Calm)
        {
            Tell(process, "go");
            job.Hold(_isHeld = false);
        }
    }

    private void Tell(Process process, string word, bool isLast = false)
    {
        _told = isLast ? time.GetTimestamp() : null;
        try
        {
            process.StandardInput.WriteLine(word);
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            _told = time.GetTimestamp(); // it is gone; its end says why
        }
    }

    private RunOutcome Outcome(int code, TrainerLine? last, EngineException failure) => code switch
    {
        0 when File.Exists(job.Folder.Adapter) => new(RunEnd.Succeeded),
        Paused => new(RunEnd.Paused),
        Cancelled => new(RunEnd.Cancelled),
        _ when job.Work.IsCancellationRequested => new(RunEnd.Cancelled),
        Refused => new(RunEnd.Failed, last is { State: "failed", Message: { } message } ? new TuningError(Code(last.Fault), message, null) : new TuningError("job_failed", failure.Message, null)),
        _ => new(RunEnd.Killed, new TuningError(failure.Kind == EngineErrorKind.OutOfMemory ? "out_of_memory" : "job_failed", failure.Message, null)),
    };

    private static string Code(string? fault) => fault switch
    {
        "model" => "model_not_trainable",
        "job" => "invalid_request",
        "data" => "invalid_training_file",
        "checkpoint" => "checkpoint_damaged",
        "numbers" => "training_unstable",
        "export" => "export_failed",
        _ => "job_failed",
    };
}
