using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>What was foreseen for which job, as long as the service runs: a busy machine measures another speed each time, and who was told one time before the start is told the same by the job. The shortest that was measured is nearest to what the machine can do.</summary>
internal sealed class ToldForecasts
{
    private const int Most = 1_000;
    private static readonly string[] Timeless = ["seed", "learning_rate", "warmup_share", "weight_decay"]; // who names no seed has another in each request
    private readonly ConcurrentDictionary<string, double> _seconds = new(StringComparer.Ordinal);

    /// <param name="forecast">As it was measured now.</param>
    /// <param name="settings">As the trainer gets them.</param>
    /// <param name="rows">Which rows are learned from and measured by.</param>
    /// <returns>With the time that was told of the same job before; one that is shorter by more than a quarter takes its place.</returns>
    public JobForecast Same(JobForecast forecast, JsonObject settings, string rows)
    {
        if (_seconds.Count >= Most)
        {
            _seconds.Clear();
        }

        var deciding = new JsonObject(settings.Where(setting => !Timeless.Contains(setting.Key)).Select(setting => KeyValuePair.Create(setting.Key, setting.Value?.DeepClone())));
        return forecast with { Seconds = _seconds.AddOrUpdate($"{deciding.ToJsonString()} {rows}", forecast.Seconds, (_, told) => forecast.Seconds < told * 0.75 ? forecast.Seconds : told) };
    }
}
