namespace Platform.Training.Optimise;

/// <summary>Ends training when the evaluation loss no longer falls. Which weights are kept is not its matter: those are always the ones of the lowest loss.</summary>
/// <param name="Patience">Evaluations without a fall after which training ends; 1 or more.</param>
/// <param name="MinDelta">How much lower a loss must be to count as a fall.</param>
/// <param name="From">The first step whose evaluation counts: before all rows were seen once, or half of a shorter job is done, a loss that does not fall yet says nothing.</param>
public sealed record EarlyStop(int Patience, double MinDelta, int From = 0)
{
    /// <param name="stepsAnEpoch">Of all rows.</param>
    /// <param name="steps">Of the job.</param>
    public static int FirstStep(int stepsAnEpoch, int steps) => Math.Min(stepsAnEpoch, (steps + 1) / 2);

    /// <param name="last">The loss of the last fall; null before the first evaluation.</param>
    public bool IsFall(double loss, double? last) => last is null || loss < last - MinDelta;

    /// <summary>How many evaluations without a fall there were after one more.</summary>
    public int Waited(int before, bool isFall, int step) => isFall || step < From ? 0 : before + 1;

    public bool IsOver(int waited) => waited >= Patience;

    /// <summary>Why training ended, in a sentence.</summary>
    public FormattableString Reason(int step, double best, int bestStep, int waited) =>
        $"Stopped after step {step}: the evaluation loss did not fall by {MinDelta} in the last {waited} evaluations. It was lowest, {best:0.0000}, after step {bestStep}; the weights of step {bestStep} are kept.";
}
