namespace Platform.Training.Optimise;

/// <summary>The learning rate: up in a line, then down along a cosine to a tenth.</summary>
/// <param name="Peak">The highest.</param>
/// <param name="WarmUp">Steps on the way up.</param>
/// <param name="Steps">All steps.</param>
public sealed record Schedule(double Peak, int WarmUp, int Steps)
{
    private const double Floor = 0.1;

    /// <param name="step">From 1 to <see cref="Steps"/>.</param>
    public double At(int step)
    {
        if (step <= WarmUp) { return Peak * step / WarmUp; }
        var share = Steps > WarmUp ? Math.Min(1, (double)(step - WarmUp) / (Steps - WarmUp)) : 1;
        return Peak * (Floor + (1 - Floor) * (1 + Math.Cos(Math.PI * share)) / 2);
    }
}
