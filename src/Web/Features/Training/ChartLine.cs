namespace Platform.Web.Features.Training;

/// <summary>A line of a chart.</summary>
/// <param name="Look">Its colour, 0 to 5; -1 is pale.</param>
/// <param name="HasDots">Its points are marked and say their numbers.</param>
public sealed record ChartLine(string Label, int Look, IReadOnlyList<ChartPoint> Points, bool HasDots = false);

public readonly record struct ChartPoint(double X, double Y);

/// <summary>Numbers made ready to be drawn.</summary>
public static class ChartPoints
{
    /// <summary>A running mean: each number counts less than the one after it.</summary>
    /// <param name="weight">Of what was before, 0 (none) to below 1.</param>
    public static IReadOnlyList<ChartPoint> Smoothed(IReadOnlyList<ChartPoint> points, double weight)
    {
        ArgumentNullException.ThrowIfNull(points);
        var (mean, share, result) = (0.0, 0.0, new List<ChartPoint>(points.Count));
        foreach (var (x, y) in points.Select(point => (point.X, point.Y)))
        {
            (mean, share) = ((weight * mean) + ((1 - weight) * y), (weight * share) + (1 - weight));
            result.Add(new ChartPoint(x, mean / share)); // the first numbers are not drawn towards nothing
        }
        return result;
    }

    /// <summary>The numbers without their highest hundredth: one leap does not make all others flat.</summary>
    public static IEnumerable<double> Clipped(IEnumerable<double> values)
    {
        var known = values.Where(double.IsFinite).Order().ToList();
        return known.Take((int)Math.Ceiling(known.Count * 0.99));
    }

    /// <summary>At most so many points: of each stretch its mean.</summary>
    public static IReadOnlyList<ChartPoint> Thinned(IReadOnlyList<ChartPoint> points, int most)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return points.Count <= most ? points : [.. points.Chunk((points.Count + most - 1) / most).Select(stretch => new ChartPoint(stretch[^1].X, stretch.Average(point => point.Y)))];
    }
}
