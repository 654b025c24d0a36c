using Platform.Training.Graph;

namespace Platform.Training.Tests.Graph;

/// <summary>The slope of a loss along a gradient, measured by central differences of fourth order.</summary>
internal static class Slope
{
    private const double Reach = 0.004; // change of the loss to aim at

    /// <returns>The relative difference between the measured slope and the gradient's length, which it should be.</returns>
    internal static double Error(TrainedTensor tensor, float[] gradient, Func<double> loss)
    {
        var length = Math.Sqrt(gradient.Sum(g => (double)g * g));
        Assert.True(length > 0, $"{tensor.Name} has no gradient");
        var start = tensor.Value.ToArray();
        var step = Math.Min(Reach / length, 0.05);
        var measured = (8 * (At(step) - At(-step)) - (At(2 * step) - At(-2 * step))) / (12 * step);
        tensor.Value.Write(start);
        return Math.Abs(measured - length) / length;

        double At(double distance)
        {
            tensor.Value.Write([.. start.Zip(gradient, (x, g) => (float)(x + distance * g / length))]);
            return loss();
        }
    }
}
