namespace Platform.Training.Tests.Jobs;

/// <summary>The system's time, which acts at the start of a step: a job asks for it once at the start and once at the end of each.</summary>
internal sealed class StepClock(int step, Action act) : TimeProvider
{
    private int asked;

    public override long GetTimestamp()
    {
        if (++asked == 2 * step - 1) { act(); }
        return System.GetTimestamp();
    }
}
