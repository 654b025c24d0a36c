namespace Platform.Web.Features.Models;

/// <summary>The last looks at a rate, oldest first; older ones are forgotten.</summary>
public sealed class RateHistory(int most)
{
    private readonly Queue<double> values = new(most);

    /// <summary>How many looks are kept.</summary>
    public int Most => most;

    public IReadOnlyCollection<double> Values => values;

    public double Highest => values.Count == 0 ? 0 : values.Max();

    public void Add(double value)
    {
        if (values.Count == most)
        {
            values.Dequeue();
        }
        values.Enqueue(double.IsFinite(value) ? Math.Max(0, value) : 0);
    }
}
