using Platform.ModelHost.Native;
using Platform.Training.Export;
using Platform.Training.Graph;

namespace Platform.Training.Jobs;

/// <summary>One job, from its folder to its adapter.</summary>
internal sealed class JobWorker(JobFolder folder, JobControl control, TimeProvider time)
{
    /// <summary>Begins the job, or goes on where its last checkpoint stands.</summary>
    /// <returns>How it ended.</returns>
    internal JobState Run()
    {
        using var taken = folder.Take();
        using var log = new ProgressLog(folder.Progress, time);
        try
        {
            if (control.ShallCancel) { return End(log, JobState.Cancelled, $"The job was cancelled."); }
            if (control.ShallPause) { return End(log, JobState.Paused, $"The job is paused."); }
            log.State(JobState.Running);
            var (ended, trained) = Train(log);
            if (trained is not null) { Publish(trained, log); }
            return End(log, ended.State, ended.Message);
        }
        catch (TrainingException fault)
        {
            Tell(log, fault.Message, fault.Fault);
            throw;
        }
        catch (Exception fault) when (fault is NativeCallException or OutOfMemoryException || FileFault.Is(fault))
        {
            Tell(log, MessageOf(fault), FaultOf(fault));
            throw;
        }
    }

    /// <summary>What a failure that is no refusal is called; null for one without a name.</summary>
    internal static TrainingFault? FaultOf(Exception fault) => fault switch
    {
        TrainingException refused => refused.Fault,
        OutOfMemoryException or NativeCallException { IsWantOfMemory: true } => TrainingFault.Memory,
        _ when FileFault.IsFull(fault) => TrainingFault.Space,
        _ => null,
    };

    /// <summary>What is told of a failure, on one line and without paths.</summary>
    internal static string MessageOf(Exception fault) => fault switch
    {
        _ when FileFault.Is(fault) => FileFault.Of(fault),
        not TrainingException when FaultOf(fault) == TrainingFault.Memory => "There is not enough memory. Make room and try again, or compute with checkpointing or with fewer tokens in a micro-batch.",
        _ => fault.Message.ReplaceLineEndings(" "),
    };

    /// <summary>A disk that refused the work may refuse the word of it, too: standard error says it then.</summary>
    private static void Tell(ProgressLog log, string message, TrainingFault? fault)
    {
        try
        {
            log.State(JobState.Failed, message, fault);
        }
        catch (Exception full) when (FileFault.Is(full))
        {
            return;
        }
    }

    /// <returns>How the job ended and, when it is through, what its adapter answers. All that training took is free again.</returns>
    private ((JobState State, FormattableString Message) Ended, TrainedAnswers? Trained) Train(ProgressLog log)
    {
        using var site = JobSite.Open(folder, CancellationToken.None);
        var identity = JobIdentity.Of(site.Settings, site.ModelSha256, folder);
        using var loop = new TrainingLoop(site, identity, log, control, time);
        try
        {
            loop.Run(Resume(site, identity, log));
            TakeBest(site, loop, identity, log);
            if (site.Validation is { } held)
            {
                log.Phase("comparing", loop.State.Step);
                log.Message("info", loop.State.Step, "compared", BaseComparison.Write(folder.Comparison, held, site.Adapter, control.PassUnlessCancelled));
            }
        }
        catch (OperationCanceledException)
        {
            if (control.ShallCancel) { return ((JobState.Cancelled, $"The job was cancelled after step {loop.State.Step} of {site.Steps}; its checkpoints are kept."), null); }
            loop.Save();
            return ((JobState.Paused, $"The job is paused after step {loop.State.Step} of {site.Steps}."), null);
        }
        log.Phase("exporting", loop.State.Step);
        AdapterFile.Write(site.Adapter, site.Settings.Model, site.ModelSha256, folder.Unchecked);
        int[] probe = [.. (site.Validation ?? site.Learning).Sample.Take(LogitParity.MostTokens)];
        var answers = new AdapterLogits(LogitParity.Trained(site.Shelf, null, probe), LogitParity.Trained(site.Shelf, site.Adapter, probe));
        return ((JobState.Succeeded, $"The adapter is {Path.GetFileName(folder.Adapter)}."), new TrainedAnswers(site.Settings.Model, probe, answers, site.Model.Rounding, loop.State.Step));
    }

    private TrainingState? Resume(JobSite site, string identity, ProgressLog log)
    {
        var reached = log.LastNumbers?.Step ?? 0;
        foreach (var file in folder.AllCheckpoints())
        {
            try
            {
                var state = CheckpointFile.Read(file, identity, site.Adapter);
                if (reached > state.Step) { log.Message("info", state.Step, "resumed_behind", $"The job goes on from its checkpoint of step {state.Step} of {site.Steps}: what was done after it, up to step {reached}, was not kept and is done again."); }
                else { log.Message("info", state.Step, "resumed", $"The job goes on after step {state.Step} of {site.Steps}."); }
                return state;
            }
            catch (TrainingException damaged) when (damaged.Fault == TrainingFault.Checkpoint && file != folder.AllCheckpoints()[^1])
            {
                log.Message("warn", 0, "checkpoint_passed_over", $"{damaged.Message} The one before is taken.");
            }
        }
        return null;
    }

    /// <summary>What the file of the best weights says of itself is what is told: it may come from beyond the checkpoint that a job went on from.</summary>
    private void TakeBest(JobSite site, TrainingLoop loop, string identity, ProgressLog log)
    {
        var state = loop.State;
        if (site.Validation is null)
        {
            if (loop.IsStopped) { log.Message("info", state.Step, "stopped_plain", $"Stopped as asked after step {state.Step} of {site.Steps}; its weights are kept."); }
            return;
        }
        var best = state.BestStep == state.Step ? state : CheckpointFile.Read(folder.Best, identity, site.Adapter);
        if (loop.IsStopped) { log.Message("info", state.Step, "stopped", (FormattableString)$"Stopped as asked after step {state.Step} of {site.Steps}. The evaluation loss was lowest, {best.BestLoss:0.0000}, after step {best.BestStep}; the weights of step {best.BestStep} are kept."); }
        else if (loop.StoppedEarly) { log.Message("info", state.Step, "stopped_early", site.EarlyStop.Reason(state.Step, best.BestLoss!.Value, best.BestStep, state.Waited)); }
        else if (best.BestStep != state.Step) { log.Message("info", state.Step, "steps_done", (FormattableString)$"All {site.Steps} steps are done. The evaluation loss was lowest, {best.BestLoss:0.0000}, after step {best.BestStep}; those weights are kept."); }
        if (best.BestStep == 0) { log.Message("warn", state.Step, "nothing_learned", $"No evaluation was better than the base's: the adapter changes nothing. Look at the rows, train longer, or take another learning rate."); }
    }

    /// <summary>The adapter appears only when llama.cpp changes its answers by it as the training graph does.</summary>
    private void Publish(TrainedAnswers trained, ProgressLog log)
    {
        float[] Served(string? adapter) => LogitParity.Served(trained.Model, adapter, trained.Tokens, CancellationToken.None);
        var parity = LogitParity.Compare(trained.Logits, new AdapterLogits(Served(null), Served(folder.Unchecked)), trained.Rounding);
        if (parity.Refusal is { } refusal) { throw new TrainingException(TrainingFault.Export, $"{refusal} The adapter is not to be served."); }
        File.Move(folder.Unchecked, folder.Adapter, overwrite: true);
        log.Message("info", trained.Step, parity.IsWithinRounding ? "confirmed_within_rounding" : "confirmed", parity.Sentence);
    }

    private static JobState End(ProgressLog log, JobState state, FormattableString message)
    {
        log.State(state, message);
        return state;
    }

    /// <summary>What the trained adapter answers to a few tokens.</summary>
    /// <param name="Rounding">By products with the base.</param>
    private sealed record TrainedAnswers(string Model, int[] Tokens, AdapterLogits Logits, Rounding Rounding, int Step);
}
