namespace Platform.Training.Jobs;

/// <summary>See <see cref="Optimise.EarlyStop"/>.</summary>
public sealed class EarlyStoppingSettings
{
    public int Patience { get; set; } = 3;

    public double MinDelta { get; set; } = 0.005;
}
