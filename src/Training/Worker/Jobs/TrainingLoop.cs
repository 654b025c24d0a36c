using System.Globalization;
using Platform.Training.Export;
using Platform.Training.Optimise;

namespace Platform.Training.Jobs;

/// <summary>Step after step, with evaluations and checkpoints between them. All that it decides follows from the job and its state, so a job that goes on ends as one that never stopped.</summary>
internal sealed class TrainingLoop(JobSite site, string identity, ProgressLog log, JobControl control, TimeProvider time) : IDisposable
{
    private const int BadUntilRollback = 3, MostRollbacks = 2, FewSkipped = 8, ShareSkipped = 10, KeptCheckpoints = 3;
    private readonly AdamW optimiser = new(site.Adapter, site.Backend) { WeightDecay = site.Settings.WeightDecay, MostLength = site.Settings.MaxGradient };

    internal TrainingState State { get; private set; } = new();

    internal bool StoppedEarly => site.Validation is not null && site.EarlyStop.IsOver(State.Waited);

    /// <exception cref="OperationCanceledException">The job is to pause or to be cancelled; what was reached is in <see cref="State"/>.</exception>
    /// <exception cref="TrainingException">It cannot go on.</exception>
    internal void Run(TrainingState? from)
    {
        State = from ?? State;
        if (from is null) { Save(); } // what a first bad stretch falls back to
        if (State is { Step: 0, BestLoss: null } && Evaluate() is { } loss) { log.Metrics(line => line with { Step = 0, Steps = site.Steps, ValidLoss = loss }); }
        while (State.Step < site.Steps && !StoppedEarly)
        {
            control.Pass();
            var line = Take(State.Step + 1);
            if (line is null) { continue; }
            var evaluated = IsDue(site.EvaluateEvery) ? Evaluate() : null;
            log.Metrics(empty => line(empty) with { ValidLoss = evaluated });
            if (IsDue(site.CheckpointEvery) || StoppedEarly) { Save(); }
        }
    }

    /// <summary>Writes a checkpoint of what was reached, and drops all but a few: the one before in case this one is damaged, and the first, to which a job may have to fall back.</summary>
    internal void Save()
    {
        CheckpointFile.Write(site.Folder.Checkpoint(State.Step), identity, State, site.Adapter);
        foreach (var old in site.Folder.AllCheckpoints().Skip(KeptCheckpoints).SkipLast(1)) { File.Delete(old); }
    }

    private bool IsDue(int every) => State.Step % every == 0 || State.Step == site.Steps;

    /// <returns>What to report, or null when the step was left out.</returns>
    private Func<ProgressLine, ProgressLine>? Take(int step)
    {
        if (State.Skipped.Contains(step))
        {
            State = State with { Step = step };
            return null;
        }
        var (rows, started) = (site.Order.At(step), time.GetTimestamp());
        var (loss, tokens, length) = Learn(rows, step);
        if (State.Watch.IsWrong(loss) || !double.IsFinite(length))
        {
            LeaveOut(step, rows, loss);
            return null;
        }
        var (rate, scale) = (site.Schedule.At(step), State.Scale.Value);
        optimiser.Step(State.Taken + 1, rate, length, scale);
        State = State with { Step = step, Taken = State.Taken + 1, TrainedTokens = State.TrainedTokens + tokens, Scale = State.Scale.AfterStep(), Watch = State.Watch.With(loss), BadInARow = 0 };
        var (speed, trained) = (tokens / Math.Max(1e-9, time.GetElapsedTime(started).TotalSeconds), State.TrainedTokens);
        return line => line with { Step = step, Steps = site.Steps, Epoch = (double)step / site.Order.StepsAnEpoch, TrainLoss = loss, LearningRate = rate, GradNorm = length, LossScale = scale, TokensPerSecond = speed, TrainedTokens = trained };
    }

    /// <summary>Computes the gradient; one that overflows is computed again with a lower loss scale.</summary>
    private (double Loss, long Tokens, double Length) Learn(IReadOnlyList<int> rows, int step)
    {
        while (true)
        {
            site.Adapter.ClearGradients(); // what a step that was given up has left
            var (loss, tokens) = site.Learning.Learn(rows, step, State.Scale.Value, control.Pass);
            var length = double.IsFinite(loss) ? optimiser.GradientLength(State.Scale.Value) : double.NaN;
            if (!double.IsFinite(loss) || double.IsFinite(length) || State.Scale.IsLeast) { return (loss, tokens, length); }
            State = State with { Scale = State.Scale.AfterOverflow() };
        }
    }

    /// <summary>Bad rows are left out before they change anything; several bad steps in a row mean that the weights went wrong earlier, and those are put back.</summary>
    private void LeaveOut(int step, IReadOnlyList<int> rows, double loss)
    {
        site.Adapter.ClearGradients();
        string[] ids = [.. rows.Select(site.Learning.IdOf)];
        var what = string.Create(CultureInfo.InvariantCulture, $"Step {step} was left out: its loss is {(double.IsFinite(loss) ? $"{loss:0.####}, far above that of the steps before" : "no number")}.");
        log.Message("warn", step, what, ids);
        int[] skipped = [.. State.Skipped.Append(step).Distinct().Order()];
        State = State with { Step = step, Skipped = skipped, BadInARow = State.BadInARow + 1 };
        if (skipped.Length > Math.Max(FewSkipped, site.Steps / ShareSkipped)) { throw Wrong($"{skipped.Length} of {site.Steps} steps had to be left out"); }
        if (State.BadInARow < BadUntilRollback) { return; }
        if (State.Rollbacks == MostRollbacks) { throw Wrong($"{BadUntilRollback} steps in a row went wrong after {MostRollbacks} returns to a checkpoint"); }
        var (rollbacks, file) = (State.Rollbacks + 1, LastScheduled());
        State = CheckpointFile.Read(file, identity, site.Adapter) with { Skipped = skipped, BadInARow = 0, Rollbacks = rollbacks };
        log.Message("warn", step, $"{BadUntilRollback} steps in a row went wrong: the weights are those of step {State.Step} again, and the bad steps are passed over.");
    }

    /// <summary>Not one that a pause wrote: where a job was paused must not decide what it becomes.</summary>
    private string LastScheduled()
    {
        var step = (State.Step - 1) / site.CheckpointEvery * site.CheckpointEvery;
        while (step > 0 && !File.Exists(site.Folder.Checkpoint(step))) { step -= site.CheckpointEvery; } // a step that was left out wrote none
        return site.Folder.Checkpoint(step);
    }

    private double? Evaluate()
    {
        if (site.Validation is null) { return null; }
        var loss = site.Validation.Evaluate(site.Adapter, control.PassUnlessCancelled).Mean; // a pause waits: the step that is evaluated is behind already
        if (!double.IsFinite(loss)) { throw Wrong("the evaluation loss is no number"); }
        var isBetter = site.EarlyStop.IsBetter(loss, State.BestLoss);
        State = isBetter ? State with { BestLoss = loss, BestStep = State.Step, Waited = 0 } : State with { Waited = State.Waited + 1 };
        if (isBetter) { CheckpointFile.Write(site.Folder.Best, identity, State, site.Adapter); }
        if (State.Step > 0 && site.Folder.Evaluated(State.Step) is { } path) { AdapterFile.Write(site.Adapter, site.Settings.Model, site.ModelSha256, path); }
        return loss;
    }

    private static TrainingException Wrong(string why) =>
        new(TrainingFault.Numbers, $"Training stopped: {why}. The rows are named in the lines before; the last good checkpoint is kept. Look at those rows, or lower the learning rate.");

    public void Dispose() => optimiser.Dispose();
}
