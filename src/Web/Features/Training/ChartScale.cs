namespace Platform.Web.Features.Training;

/// <summary>Numbers along one side of a chart: from where to where, and which of them are written beside it.</summary>
public sealed record ChartScale
{
    private const int About = 4;

    private ChartScale(double from, double to, IReadOnlyList<double> marks, bool isLog) => (From, To, Marks, IsLog) = (from, to, marks, isLog);

    public double From { get; }

    public double To { get; }

    public IReadOnlyList<double> Marks { get; }

    public bool IsLog { get; }

    /// <summary>Holds all values, and begins and ends at a mark. On a log scale values of 0 and below do not count.</summary>
    public static ChartScale Of(IEnumerable<double> values, bool log = false)
    {
        var known = values.Where(value => double.IsFinite(value) && (!log || value > 0)).ToList();
        if (known.Count == 0)
        {
            return new ChartScale(0, 1, [0, 1], false);
        }
        return log ? Log(known.Min(), known.Max()) : Linear(known.Min(), known.Max());
    }

    /// <summary>Where a value stands, 0 to 1.</summary>
    public double At(double value) => IsLog ? Math.Log(Math.Max(value, From) / From) / Math.Log(To / From) : (value - From) / (To - From);

    private static ChartScale Linear(double least, double most)
    {
        if (most - least < 1e-12 * Math.Max(1, Math.Abs(most)))
        {
            (least, most) = (least - Math.Max(Math.Abs(least), 1e-6) / 2, most + Math.Max(Math.Abs(most), 1e-6) / 2);
        }
        var rough = (most - least) / About;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        var (first, last) = (Math.Floor(least / step), Math.Ceiling(most / step));
        return new ChartScale(first * step, last * step, [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)], false);
    }

    private static ChartScale Log(double least, double most)
    {
        double[] digits = most / least > 100 ? [1] : [1, 2, 5];
        var all = Enumerable.Range((int)Math.Floor(Math.Log10(least)), (int)Math.Ceiling(Math.Log10(most)) - (int)Math.Floor(Math.Log10(least)) + 2).SelectMany(power => digits.Select(digit => digit * Math.Pow(10, power))).ToList();
        var (from, to) = (all.Last(mark => mark <= least), all.First(mark => mark >= most && mark > least));
        return new ChartScale(from, to, [.. all.Where(mark => mark >= from && mark <= to)], true);
    }
}
