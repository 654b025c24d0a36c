namespace Platform.Training.Tests.Jobs;

/// <summary>The system's time, which acts at the start or at the end of a step: a job asks for it once at each.</summary>
internal sealed class StepClock(int step, Action act, bool atEnd = false) : TimeProvider
{
    private int asked;

    public override long GetTimestamp()
    {
        if (++asked == 2 * step - (atEnd ? 0 : 1)) { act(); }
        return System.GetTimestamp();
    }
}
