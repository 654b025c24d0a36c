using System.Collections.Concurrent;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>What was foreseen for which job, as long as the service runs: a busy machine measures another speed each time, and who was told one time before the start is told the same by the job. The shortest that was measured is nearest to what the machine can do.</summary>
internal sealed class ToldForecasts
{
    private const int Most = 1_000;
    private readonly ConcurrentDictionary<string, double> _seconds = new(StringComparer.Ordinal);

    /// <param name="forecast">As it was measured now.</param>
    /// <param name="job">All that decides how long it takes.</param>
    /// <returns>With the time that was told of the same job before; one that is shorter by more than a quarter takes its place.</returns>
    public JobForecast Same(JobForecast forecast, string job)
    {
        if (_seconds.Count >= Most)
        {
            _seconds.Clear();
        }

        return forecast with { Seconds = _seconds.AddOrUpdate(job, forecast.Seconds, (_, told) => forecast.Seconds < told * 0.75 ? forecast.Seconds : told) };
    }
}
