using System.Globalization;

namespace Platform.Training.Optimise;

/// <summary>Ends training when the evaluation loss no longer falls.</summary>
/// <param name="Patience">Evaluations without a better one after which training ends; 1 or more.</param>
/// <param name="MinDelta">How much lower a loss must be to count as better.</param>
public sealed record EarlyStop(int Patience, double MinDelta)
{
    public bool IsBetter(double loss, double? best) => best is null || loss < best - MinDelta;

    public bool IsOver(int waited) => waited >= Patience;

    /// <summary>Why training ended, in a sentence.</summary>
    public string Reason(int step, double best, int bestStep, int waited) => string.Create(CultureInfo.InvariantCulture,
        $"Stopped after step {step}: the evaluation loss was lowest, {best:0.0000}, after step {bestStep} and did not fall by {MinDelta} in the {waited} evaluations since. The weights of step {bestStep} are kept.");
}
