using Platform.Training.Graph;

namespace Platform.Training.Tests.Graph;

/// <summary>
/// Slopes of a loss, measured by central differences of fourth order, beside those that a gradient says. Along the gradient itself the measure is sharp, and blind to numbers that the gradient lacks:
/// one that is right in half of its numbers and nought in the others has its own length as slope. Those show across it, along directions that know nothing of it.
/// </summary>
internal static class Slope
{
    private const double Reach = 0.004, ReachAcross = 0.002, MostMove = 0.01; // changes of the loss to aim at; of a single number
    private const int Directions = 3;

    /// <returns>Along the gradient: the relative difference between the measured slope and the gradient's length, which it should be.</returns>
    internal static double Error(TrainedTensor tensor, float[] gradient, Func<double> loss)
    {
        var length = Length(gradient);
        Assert.True(length > 0, $"{tensor.Name} has no gradient");
        return Math.Abs(Measure(tensor, [.. gradient.Select(g => g / length)], Math.Min(Reach / length, 0.05), loss) - length) / length;
    }

    /// <returns>Along random directions: the largest difference between the measured slope and the one that the gradient says, relative to what is usual, which is the gradient's length over the root of its numbers.</returns>
    internal static double ErrorAcross(TrainedTensor tensor, float[] gradient, Func<double> loss)
    {
        var (length, root) = (Length(gradient), Math.Sqrt(gradient.Length));
        var random = new Random(gradient.Length);
        return Enumerable.Range(0, Directions).Max(_ =>
        {
            double[] direction = [.. gradient.Select(_ => (random.Next(2) * 2 - 1) / root)];
            var said = direction.Zip(gradient, (u, g) => u * g).Sum();
            return Math.Abs(Measure(tensor, direction, root * Math.Min(ReachAcross / length, MostMove), loss) - said) * root / length;
        });
    }

    private static double Measure(TrainedTensor tensor, double[] direction, double step, Func<double> loss)
    {
        var start = tensor.Value.ToArray();
        var slope = (8 * (At(step) - At(-step)) - (At(2 * step) - At(-2 * step))) / (12 * step);
        tensor.Value.Write(start);
        return slope;

        double At(double distance)
        {
            tensor.Value.Write([.. start.Zip(direction, (x, u) => (float)(x + distance * u))]);
            return loss();
        }
    }

    private static double Length(float[] numbers) => Math.Sqrt(numbers.Sum(g => (double)g * g));
}
