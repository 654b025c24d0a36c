using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Features.Training;

/// <summary>What the charts of a job are drawn along.</summary>
public enum ChartAxis { Step, Epoch, Time }

/// <summary>Where the steps of a job stand along an axis.</summary>
/// <param name="Unit">Name of the text that says what the numbers are.</param>
public sealed record ChartRun(ChartAxis Axis, DateTimeOffset Begin, TimeSpan Of, string Unit)
{
    private static readonly (string Name, TimeSpan Of, TimeSpan UpTo)[] Units =
        [("Axis_Seconds", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)), ("Axis_Minutes", TimeSpan.FromMinutes(1), TimeSpan.FromHours(5)), ("Axis_Hours", TimeSpan.FromHours(1), TimeSpan.MaxValue)];

    /// <summary>Time is counted from the first step that is known, in the unit that suits how long the longest took of all that stand on the axis.</summary>
    /// <param name="beside">The steps of the other jobs on the same axis.</param>
    public static ChartRun Along(ChartAxis axis, IReadOnlyList<TuningMetrics> steps, params IEnumerable<IReadOnlyList<TuningMetrics>> beside)
    {
        var (begin, longest) = Times(steps);
        foreach (var other in beside)
        {
            longest = Times(other).Length is var length && length > longest ? length : longest;
        }
        var unit = Units.First(unit => longest <= unit.UpTo);
        return new ChartRun(axis, begin, unit.Of, axis == ChartAxis.Time ? unit.Name : $"Axis_{axis}");
    }

    private static (DateTimeOffset Begin, TimeSpan Length) Times(IReadOnlyList<TuningMetrics> steps)
    {
        var times = steps.Select(step => step.At).OfType<DateTimeOffset>().ToList();
        return times.Count > 0 ? (times.Min(), times.Max() - times.Min()) : default;
    }

    public double Place(TuningMetrics step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Axis switch
        {
            ChartAxis.Epoch => step.Epoch ?? 0,
            ChartAxis.Time => step.At is { } at ? (at - Begin) / Of : 0,
            _ => step.Step,
        };
    }
}
