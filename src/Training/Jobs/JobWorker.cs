using System.Globalization;
using Platform.ModelHost.Native;
using Platform.Training.Export;

namespace Platform.Training.Jobs;

/// <summary>One job, from its folder to its adapter.</summary>
internal sealed class JobWorker(JobFolder folder, JobControl control, TimeProvider time)
{
    private const double ExactTolerance = 5e-3, FastTolerance = 0.25;

    /// <summary>Begins the job, or goes on where its last checkpoint stands.</summary>
    /// <returns>How it ended.</returns>
    internal JobState Run()
    {
        using var taken = folder.Take();
        using var log = new ProgressLog(folder.Progress, time);
        try
        {
            if (control.ShallCancel) { return End(log, JobState.Cancelled, "The job was cancelled."); }
            if (control.ShallPause) { return End(log, JobState.Paused, "The job is paused."); }
            log.State(JobState.Running);
            using var site = JobSite.Open(folder, CancellationToken.None);
            var identity = JobIdentity.Of(site.Settings, site.ModelSha256, folder);
            using var loop = new TrainingLoop(site, identity, log, control, time);
            return Train(site, loop, identity, log) ?? Finish(site, loop, identity, log);
        }
        catch (TrainingException fault)
        {
            log.State(JobState.Failed, fault.Message, fault.Fault);
            throw;
        }
        catch (Exception fault) when (fault is NativeCallException or IOException or OutOfMemoryException)
        {
            log.State(JobState.Failed, fault.Message);
            throw;
        }
    }

    /// <returns>How the job ended before its time, or null when it is through.</returns>
    private JobState? Train(JobSite site, TrainingLoop loop, string identity, ProgressLog log)
    {
        try
        {
            loop.Run(Resume(site, identity, log));
            return null;
        }
        catch (OperationCanceledException)
        {
            if (control.ShallCancel) { return End(log, JobState.Cancelled, $"The job was cancelled after step {loop.State.Step} of {site.Steps}; its checkpoints are kept."); }
            loop.Save();
            return End(log, JobState.Paused, $"The job is paused after step {loop.State.Step} of {site.Steps}.");
        }
    }

    private TrainingState? Resume(JobSite site, string identity, ProgressLog log)
    {
        foreach (var file in folder.AllCheckpoints())
        {
            try
            {
                var state = CheckpointFile.Read(file, identity, site.Adapter);
                log.Message("info", state.Step, $"The job goes on after step {state.Step} of {site.Steps}.");
                return state;
            }
            catch (TrainingException damaged) when (damaged.Fault == TrainingFault.Checkpoint && file != folder.AllCheckpoints()[^1])
            {
                log.Message("warn", 0, damaged.Message + " The one before is taken.");
            }
        }
        return null;
    }

    private JobState Finish(JobSite site, TrainingLoop loop, string identity, ProgressLog log)
    {
        var state = loop.State;
        if (site.Validation is not null && state.BestStep != state.Step)
        {
            CheckpointFile.Read(folder.Best, identity, site.Adapter);
            log.Message("info", state.Step, loop.StoppedEarly ? site.EarlyStop.Reason(state.Step, state.BestLoss!.Value, state.BestStep, state.Waited)
                : string.Create(CultureInfo.InvariantCulture, $"All {site.Steps} steps are done. The evaluation loss was lowest, {state.BestLoss:0.0000}, after step {state.BestStep}; those weights are kept."));
        }
        AdapterFile.Write(site.Adapter, site.Settings.Model, site.ModelSha256, folder.Adapter);
        CheckParity(site, log, state.Step);
        return End(log, JobState.Succeeded, $"The adapter is {folder.Adapter}.");
    }

    /// <summary>llama.cpp must answer with the file what the training graph answers.</summary>
    private void CheckParity(JobSite site, ProgressLog log, int step)
    {
        int[] probe = [.. (site.Validation ?? site.Learning).Sample.Take(LogitParity.MostTokens)];
        var difference = LogitParity.Difference(LogitParity.Trained(site.Shelf, site.Adapter, probe), LogitParity.Served(site.Settings.Model, folder.Adapter, probe, CancellationToken.None));
        var tolerance = site.Settings.Precision == Graph.Precision.Exact ? ExactTolerance : FastTolerance;
        log.Message("info", step, string.Create(CultureInfo.InvariantCulture, $"The exported adapter answers as the trained one: the largest difference of a logit is {difference:g3}."));
        if (difference > tolerance) { throw new TrainingException(TrainingFault.Export, string.Create(CultureInfo.InvariantCulture, $"llama.cpp's logits with the exported adapter differ by {difference:g3} from the trained ones; {tolerance} is the most. The adapter is not to be served.")); }
    }

    private static JobState End(ProgressLog log, JobState state, string message)
    {
        log.State(state, message);
        return state;
    }
}
