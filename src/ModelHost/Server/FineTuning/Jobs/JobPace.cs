namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>How long a job takes by its first steps in a row, once.</summary>
internal sealed class JobPace
{
    public const int FirstSteps = 5;
    private const double Otherwise = 1.25;
    private (int Step, DateTimeOffset At)? _from;
    private bool _isKnown;

    /// <summary>The trainer is started.</summary>
    public void Begin() => _from = null;

    /// <returns>Seconds in all, where that is another time than was foreseen by more than a quarter; null else, and before and after it is known.</returns>
    /// <param name="at">When the step was done: several may be heard of at once.</param>
    /// <param name="isHeld">A job that waits for requests says nothing of its speed.</param>
    public double? Of(JobForecast forecast, int step, DateTimeOffset at, bool isHeld)
    {
        if (_isKnown || step == 0)
        {
            return null;
        }

        if (_from is not { } from || isHeld)
        {
            _from = (step, at); // the first step takes longer
            return null;
        }

        if (step - from.Step < FirstSteps || at <= from.At) // a clock that was set back says nothing
        {
            return null;
        }

        _isKnown = true;
        var seconds = (at - from.At).TotalSeconds / (step - from.Step) * forecast.Steps + forecast.AnswerSeconds;
        return seconds > forecast.Seconds * Otherwise || seconds < forecast.Seconds / Otherwise ? seconds : null;
    }
}
