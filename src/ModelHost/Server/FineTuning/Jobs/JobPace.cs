namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>How long a job takes by its first steps in a row, once.</summary>
internal sealed class JobPace(TimeProvider time)
{
    public const int FirstSteps = 5;
    private const double Otherwise = 1.25;
    private (int Step, long At)? _from;
    private bool _isKnown;

    /// <summary>The trainer is started.</summary>
    public void Begin() => _from = null;

    /// <returns>Seconds in all, where that is another time than was foreseen by more than a quarter; null else, and before and after it is known.</returns>
    /// <param name="isHeld">A job that waits for requests says nothing of its speed.</param>
    public double? Of(JobForecast forecast, int step, bool isHeld)
    {
        if (_isKnown || step == 0)
        {
            return null;
        }

        var now = time.GetTimestamp();
        if (_from is not { } from || isHeld)
        {
            _from = (step, now); // the first step takes longer
            return null;
        }

        if (step - from.Step < FirstSteps)
        {
            return null;
        }

        _isKnown = true;
        var seconds = time.GetElapsedTime(from.At, now).TotalSeconds / (step - from.Step) * forecast.Steps;
        return seconds > forecast.Seconds * Otherwise || seconds < forecast.Seconds / Otherwise ? seconds : null;
    }
}
