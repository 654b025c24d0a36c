using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Features.Training;

/// <summary>How a person looks at the charts of a page, all of them alike.</summary>
public sealed class ChartLook
{
    /// <summary>How many of the newest steps may be looked at alone.</summary>
    public static readonly IReadOnlyList<int> Windows = [50, 200, 1_000];

    /// <summary>Of what was before, 0 (none) to below 1.</summary>
    public double Smoothing { get; set; } = 0.6;

    public bool IsLog { get; set; }

    /// <summary>The highest hundredth of the numbers does not stretch a chart.</summary>
    public bool IsClipped { get; set; }

    public ChartAxis Axis { get; set; }

    /// <summary>How many of the newest steps; 0 for all.</summary>
    public int Last { get; set; }

    /// <summary>The steps of each job that stands in the charts: one axis has one unit for all of them.</summary>
    public IReadOnlyList<IReadOnlyList<TuningMetrics>> Runs { get; set; } = [];

    /// <summary>Name of the text that says what an axis is in.</summary>
    public string Unit(ChartAxis axis) => ChartRun.Along(axis, [], Runs).Unit;

    /// <summary>A line of those steps that are looked at and have the number.</summary>
    public ChartLine Line(string label, int look, IReadOnlyList<TuningMetrics> steps, Func<TuningMetrics, double?> number, bool hasDots = false)
    {
        ArgumentNullException.ThrowIfNull(number);
        var run = ChartRun.Along(Axis, steps, Runs);
        return new(label, look, [.. steps.Where(step => IsSeen(step, steps) && number(step) is not null).Select(step => new ChartPoint(run.Place(step), number(step)!.Value))], hasDots);
    }

    /// <summary>The same line without its noise.</summary>
    public ChartLine Smooth(ChartLine raw, string label, int look)
    {
        ArgumentNullException.ThrowIfNull(raw);
        return raw with { Label = label, Look = look, Points = ChartPoints.Smoothed(raw.Points, Smoothing) };
    }

    /// <summary>Where those steps stand that are looked at: all charts of a page go from the first to the last of them.</summary>
    public IEnumerable<double> Places(IReadOnlyList<TuningMetrics> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var run = ChartRun.Along(Axis, steps, Runs);
        return steps.Where(step => IsSeen(step, steps)).Select(run.Place);
    }

    /// <summary>Where a step stands; null where it is not known, or not looked at.</summary>
    public double? Place(int? step, IReadOnlyList<TuningMetrics> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return steps.LastOrDefault(one => one.Step == step) is { } known && IsSeen(known, steps) ? ChartRun.Along(Axis, steps, Runs).Place(known) : null;
    }

    private bool IsSeen(TuningMetrics step, IReadOnlyList<TuningMetrics> steps) => Last == 0 || step.Step > steps[^1].Step - Last;
}
