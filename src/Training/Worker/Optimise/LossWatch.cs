namespace Platform.Training.Optimise;

/// <summary>Knows the losses of the last steps, and tells a leap from their usual wavering.</summary>
public sealed record LossWatch
{
    private const int Window = 32, Least = 8;
    private const double Deviations = 6, Factor = 2, Rise = 1;

    /// <summary>The last accepted losses, oldest first.</summary>
    public IReadOnlyList<double> Losses { get; init; } = [];

    /// <summary>True for what is no number, and for what lies far above anything lately seen.</summary>
    public bool IsWrong(double loss)
    {
        if (!double.IsFinite(loss)) { return true; }
        if (Losses.Count < Least) { return false; }
        var mean = Losses.Average();
        var deviation = Math.Sqrt(Losses.Average(l => (l - mean) * (l - mean)));
        return loss > mean + Deviations * deviation && loss > Factor * mean && loss > mean + Rise;
    }

    public LossWatch With(double loss) => new() { Losses = [.. Losses.TakeLast(Window - 1), loss] };
}
