using System.Globalization;

namespace Platform.Training.Optimise;

/// <summary>Ends training when the evaluation loss no longer falls. Which weights are kept is not its matter: those are always the ones of the lowest loss.</summary>
/// <param name="Patience">Evaluations without a fall after which training ends; 1 or more.</param>
/// <param name="MinDelta">How much lower a loss must be to count as a fall.</param>
public sealed record EarlyStop(int Patience, double MinDelta)
{
    /// <param name="last">The loss of the last fall; null before the first evaluation.</param>
    public bool IsFall(double loss, double? last) => last is null || loss < last - MinDelta;

    public bool IsOver(int waited) => waited >= Patience;

    /// <summary>Why training ended, in a sentence.</summary>
    public string Reason(int step, double best, int bestStep, int waited) => string.Create(CultureInfo.InvariantCulture,
        $"Stopped after step {step}: the evaluation loss did not fall by {MinDelta} in the last {waited} evaluations. It was lowest, {best:0.0000}, after step {bestStep}; the weights of step {bestStep} are kept.");
}
