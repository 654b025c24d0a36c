using Platform.Training.Export;
using Platform.Training.Learning;
using Platform.Training.Optimise;

namespace Platform.Training.Jobs;

/// <summary>Step after step, with evaluations and checkpoints between them. All that it decides follows from the job and its state, so a job that goes on ends as one that never stopped.</summary>
internal sealed class TrainingLoop(JobSite site, string identity, ProgressLog log, JobControl control, TimeProvider time) : IDisposable
{
    private const int BadUntilRollback = 3, MostRollbacks = 2, FewBad = 8, ShareBad = 10, KeptCheckpoints = 3, NamedRows = 256;
    private readonly AdamW optimiser = new(site.Adapter, site.Backend) { WeightDecay = site.Settings.WeightDecay, MostLength = site.Settings.MaxGradient };

    private int evaluated = -1; // the step that was evaluated last

    internal TrainingState State { get; private set; } = new();

    internal bool StoppedEarly => site.Validation is not null && site.EarlyStop.IsOver(State.Waited);

    /// <summary>It ended before its last step because somebody asked for it.</summary>
    internal bool IsStopped { get; private set; }

    /// <exception cref="OperationCanceledException">The job is to pause or to be cancelled; what was reached is in <see cref="State"/>.</exception>
    /// <exception cref="TrainingException">It cannot go on.</exception>
    internal void Run(TrainingState? from)
    {
        State = from ?? State;
        evaluated = from is { IsUnevaluated: false } && IsDue(site.EvaluateEvery) && !State.Skipped.Contains(State.Step) ? State.Step : evaluated;
        if (from is null) { Save(); } // what a first bad stretch falls back to
        if (State is { Step: 0, BestLoss: null } && EvaluateBase() is { } plain) { log.Metrics(line => With(line with { Step = 0, Steps = site.Steps }, plain)); }
        if (State.IsUnevaluated) { Conclude(null); }
        while (State.Step < site.Steps && !StoppedEarly)
        {
            if (State.Step > 0 && control.ShallStop && Stop()) { return; }
            control.Pass();
            var line = Take(State.Step + 1);
            if (line is not null || State.Step == site.Steps) { Conclude(line); }
        }
    }

    /// <summary>What follows a step: its evaluation and its checkpoint, where they are due.</summary>
    /// <param name="line">What the step is to report; null where it was left out, or reported before the job was paused in its evaluation.</param>
    private void Conclude(Func<ProgressLine, ProgressLine>? line)
    {
        Evaluation? found = null;
        try
        {
            if (IsDue(site.EvaluateEvery))
            {
                State = State with { IsUnevaluated = true };
                found = Evaluate();
                State = State with { IsUnevaluated = false };
            }
        }
        finally // the step is behind, whatever ends its evaluation
        {
            if (line is not null || found is not null) { log.Metrics(empty => With(line?.Invoke(empty) ?? Told(empty), found)); }
        }
        if (!IsDue(site.CheckpointEvery) && !StoppedEarly) { return; }
        State = State with { Scheduled = State.Step };
        Save();
    }

    /// <summary>What was told of the last step, to tell its evaluation beside it.</summary>
    private ProgressLine Told(ProgressLine empty) => log.LastNumbers is { } told && told.Step == State.Step ? told with { At = empty.At } : empty with { Step = State.Step, Steps = site.Steps };

    /// <summary>What was reached last counts among what may be the best.</summary>
    /// <returns>False where it was taken back meanwhile: the job goes on as if nobody had asked.</returns>
    private bool Stop()
    {
        var (fall, waited) = (State.LastFall, State.Waited);
        if (evaluated != State.Step && Evaluate() is { } found) { log.Metrics(empty => With(Told(empty), found)); }
        if (!control.ShallStop)
        {
            State = State with { LastFall = fall, Waited = waited };
            return false;
        }
        (IsStopped, State) = (true, State with { Scheduled = State.Step });
        Save();
        return true;
    }

    /// <summary>Writes a checkpoint of what was reached, and drops all but a few: those before in case this one is damaged, the last that was due, and the first.</summary>
    internal void Save()
    {
        CheckpointFile.Write(site.Folder.Checkpoint(State.Step), identity, State, site.Adapter);
        var due = site.Folder.Checkpoint(State.Scheduled);
        foreach (var old in site.Folder.AllCheckpoints().Skip(KeptCheckpoints).SkipLast(1).Where(file => file != due)) { File.Delete(old); }
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

    /// <summary>Bad rows are left out before they change anything; several bad steps in a row mean that the weights went wrong earlier.</summary>
    private void LeaveOut(int step, IReadOnlyList<int> rows, double loss)
    {
        site.Adapter.ClearGradients();
        string[] ids = [.. rows.Select(site.Learning.IdOf)];
        if (!State.Watch.IsWrong(loss)) { log.Message("warn", step, "left_out_gradient", $"Step {step} was left out: its gradient is no number.", ids); }
        else if (double.IsFinite(loss)) { log.Message("warn", step, "left_out", $"Step {step} was left out: its loss is {loss:0.####}, far above that of the steps before.", ids); }
        else { log.Message("warn", step, "left_out_no_number", $"Step {step} was left out: its loss is no number.", ids); }
        State = State with { Step = step, Skipped = [.. State.Skipped.Append(step).Order()], Bad = State.Bad + 1, BadInARow = State.BadInARow + 1 };
        if (State.Bad > Math.Max(FewBad, site.Steps / ShareBad)) { throw Wrong($"{State.Bad} of {site.Steps} steps had to be left out"); }
        if (State.BadInARow == BadUntilRollback) { GoBack(); }
    }

    /// <summary>Puts the weights of the last checkpoint back and passes over all that was done since: the same rows would wreck them again. What was best stays so; its weights lie in a file of their own.</summary>
    private void GoBack()
    {
        var wrong = State;
        if (wrong.Rollbacks == MostRollbacks) { throw Wrong($"{BadUntilRollback} steps in a row went wrong after {MostRollbacks} returns to a checkpoint"); }
        var due = site.Folder.Checkpoint(wrong.Scheduled);
        var back = CheckpointFile.Read(File.Exists(due) ? due : site.Folder.Checkpoint(0), identity, site.Adapter); // who took the job back to an older one may have lost it
        int[] since = [.. Enumerable.Range(back.Step + 1, wrong.Step - back.Step)];
        State = back with
        {
            Skipped = [.. wrong.Skipped.Union(since).Order()], Bad = wrong.Bad, BadInARow = 0, Rollbacks = wrong.Rollbacks + 1,
            BestLoss = wrong.BestLoss, BestStep = wrong.BestStep, LastFall = wrong.LastFall, Waited = wrong.Waited,
        };
        string[] suspects = [.. since.Except(wrong.Skipped).SelectMany(site.Order.At).Distinct().Select(site.Learning.IdOf)];
        var named = suspects.Length > NamedRows ? $"; the last {NamedRows} of {suspects.Length} rows of the others are named" : "";
        log.Message("warn", wrong.Step, "went_back", $"{BadUntilRollback} steps in a row went wrong: the weights are those of step {back.Step} again, and steps {since[0]} to {since[^1]} are passed over{named}.", suspects.Length == 0 ? null : [.. suspects.TakeLast(NamedRows)]);
    }

    private static ProgressLine With(ProgressLine line, Evaluation? found) => line with { ValidLoss = found?.Mean, RewardMargin = found?.RewardMargin, PreferenceAccuracy = found?.PreferenceAccuracy };

    private Evaluation? EvaluateBase()
    {
        if (site.Validation is not null) { log.Phase("evaluating", 0); } // what it takes stands before any number
        return Evaluate();
    }

    private Evaluation? Evaluate()
    {
        if (site.Validation is null) { return null; }
        var found = site.Validation.Evaluate(site.Adapter, control.Pass);
        (var loss, evaluated) = (found.Mean, State.Step);
        if (!double.IsFinite(loss)) { throw Wrong("the evaluation loss is no number"); }
        var isFall = site.EarlyStop.IsFall(loss, State.LastFall);
        State = State with { LastFall = isFall ? loss : State.LastFall, Waited = site.EarlyStop.Waited(State.Waited, isFall, State.Step) };
        if (State.BestLoss is not { } lowest || loss < lowest)
        {
            State = State with { BestLoss = loss, BestStep = State.Step };
            CheckpointFile.Write(site.Folder.Best, identity, State, site.Adapter);
        }
        if (State.Step > 0 && site.Folder.Evaluated(State.Step) is { } path) { AdapterFile.Write(site.Adapter, site.Settings.Model, site.ModelSha256, path); }
        return found;
    }

    private static TrainingException Wrong(string why) =>
        new(TrainingFault.Numbers, $"Training stopped: {why}. The rows are named in the lines before; the last good checkpoint is kept. Look at those rows, or lower the learning rate.");

    public void Dispose() => optimiser.Dispose();
}
