using System.Globalization;
using System.Text;

namespace Platform.ModelHost.Server.Metrics;

/// <summary>How long things took, counted by fixed limits in seconds.</summary>
internal sealed class Histogram
{
    private static readonly double[] Limits = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[Limits.Length + 1];
    private double _sum;

    public void Add(TimeSpan duration)
    {
        var place = Array.FindIndex(Limits, limit => duration.TotalSeconds <= limit);
        lock (_gate)
        {
            _counts[place < 0 ? Limits.Length : place]++;
            _sum += duration.TotalSeconds;
        }
    }

    /// <summary>In Prometheus's text form; labels are written already, such as route="/x".</summary>
    public void Write(StringBuilder text, string name, string labels)
    {
        lock (_gate)
        {
            var total = 0L;
            for (var i = 0; i <= Limits.Length; i++)
            {
                total += _counts[i];
                var limit = i < Limits.Length ? Limits[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{(labels.Length > 0 ? "," : "")}le=\"{limit}\"}} {total}\n");
            }

            var braces = labels.Length > 0 ? $"{{{labels}}}" : "";
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braces} {_sum}\n{name}_count{braces} {total}\n");
        }
    }
}
