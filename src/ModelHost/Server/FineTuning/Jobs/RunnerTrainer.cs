using System.Globalization;
using Platform.ModelHost.Engine;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>A trainer elsewhere that shares nothing but the folder: the job is offered by a mark, taken by renaming it, steered by marks, and ended by one that has the exit code. What it leaves is an adapter as PEFT saves it, which becomes ours.</summary>
internal sealed class RunnerTrainer : ITrainer
{
    private const int Gone = -1, Succeeded = 0, Failed = 1, Paused = 3, Cancelled = 4, LongestMark = 64;
    private readonly TuningJob _job;
    private readonly JobFiles _folder;
    private readonly Runners _runners;
    private readonly TrainingOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<Task> _convert;
    private long _heard;
    private int? _withdrawn;

    /// <param name="convert">Makes the job's adapter of what the runner saved; ends as cancelled with the job or the service; then it is made at the next start.</param>
    public RunnerTrainer(TuningJob job, Runners runners, TrainingOptions options, TimeProvider time, Func<Task> convert)
    {
        (_job, _folder, _runners, _options, _time, _convert, _heard) = (job, job.Folder, runners, options, time, convert, time.GetTimestamp());
        if (!File.Exists(_folder.Taken) && !File.Exists(_folder.Ended)) // else one works at it since before the service ended
        {
            File.WriteAllText(_folder.Offered, "");
        }
    }

    public bool HasEnded => _withdrawn is not null || File.Exists(_folder.Ended) || IsSilent();

    public void Tell(string word)
    {
        if (TakeBack())
        {
            _withdrawn = word == "cancel" ? Cancelled : Paused;
        }
        else
        {
            File.WriteAllText(word == "cancel" ? _folder.CancelMark : _folder.PauseMark, "");
        }
    }

    /// <summary>A runner that finds its mark gone stops at once.</summary>
    public void Kill()
    {
        TakeBack();
        File.Delete(_folder.Taken);
        _withdrawn ??= Cancelled;
    }

    public async Task<(int Code, EngineException Failure)> EndAsync()
    {
        if (_withdrawn is { } code)
        {
            return (code, Failure("It was taken back."));
        }

        var said = Read(_folder.Ended);
        TakeBack();
        File.Delete(_folder.Taken);
        if (!int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out code))
        {
            File.Delete(_folder.Ended);
            return (Gone, Failure(string.Create(CultureInfo.InvariantCulture, $"nothing was heard of the runner for {_options.RunnerPatience.TotalSeconds} s.")));
        }

        try
        {
            await (code == Succeeded ? _convert() : Task.CompletedTask);
            File.Delete(_folder.Ended); // not before: where the import is broken off, the work that is done is not asked for again
            return (code, Failure($"the runner ended with code {code}."));
        }
        catch (OperationCanceledException)
        {
            return (_job.Work.IsCancellationRequested ? Cancelled : Paused, Failure("it was broken off while its adapter was made."));
        }
        catch (EngineException refused)
        {
            if (refused.Kind is not (EngineErrorKind.OutOfMemory or EngineErrorKind.NoSpace))
            {
                File.Delete(_folder.Ended);
            }

            return (Failed, refused);
        }
    }

    public void Dispose() { } // nothing but marks, and those are the runner's or gone

    private bool IsSilent()
    {
        if (_runners.AreThere(File.Exists(_folder.Taken) ? Read(_folder.Taken) ?? "" : null)) // one that took it and died before it said its name is nobody
        {
            _heard = _time.GetTimestamp();
        }

        return _time.GetElapsedTime(_heard) > _options.RunnerPatience;
    }

    /// <summary>Takes the offer back; false where somebody has the job, for only one of two who rename it can.</summary>
    private bool TakeBack()
    {
        try
        {
            File.Move(_folder.Offered, _folder.Offered + ".back", overwrite: true);
            File.Delete(_folder.Offered + ".back");
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static string? Read(string mark)
    {
        try
        {
            return JobFiles.Size(mark) is > 0 and <= LongestMark ? File.ReadAllText(mark).Trim() : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static EngineException Failure(string why) => new(EngineErrorKind.WorkFailed, "Training failed: " + why);
}
