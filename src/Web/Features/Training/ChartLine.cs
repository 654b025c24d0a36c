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

    /// <summary>About so many points: the first, the last, and of each stretch the lowest and the highest, so that a leap is seen however long the line is.</summary>
    public static IReadOnlyList<ChartPoint> Thinned(IReadOnlyList<ChartPoint> points, int most)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 2);
        if (points.Count <= most)
        {
            return points;
        }
        var kept = points.Chunk((points.Count + (most / 2) - 1) / (most / 2)).SelectMany(stretch => new[] { stretch.MinBy(point => point.Y), stretch.MaxBy(point => point.Y) });
        return [.. kept.Append(points[0]).Append(points[^1]).Distinct().OrderBy(point => point.X)];
    }

    /// <summary>The point of a line that is nearest to a place; null where it has no numbers.</summary>
    public static ChartPoint? Nearest(IEnumerable<ChartPoint> points, double place)
    {
        var known = points.Where(point => double.IsFinite(point.Y)).ToList();
        return known.Count > 0 ? known.MinBy(point => Math.Abs(point.X - place)) : null;
    }

    /// <summary>The place nearest to another, or that which stands so many after it (before it, where negative); null where there are none.</summary>
    public static double? Beside(IEnumerable<double> places, double place, int by)
    {
        List<double> known = [.. places.Distinct().Order()];
        if (known.Count == 0)
        {
            return null;
        }
        var nearest = known.IndexOf(known.MinBy(one => Math.Abs(one - place)));
        return known[(int)Math.Clamp((long)nearest + by, 0, known.Count - 1)];
    }
}
