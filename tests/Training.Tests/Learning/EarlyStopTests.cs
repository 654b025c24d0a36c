using Platform.Training.Optimise;

namespace Platform.Training.Tests.Learning;

/// <summary>When training ends because the evaluation loss no longer falls.</summary>
public sealed class EarlyStopTests
{
    [Theory]
    [InlineData(12, 30, 9)] // fewer steps than an epoch has: half of them first
    [InlineData(100, 10, 13)] // one epoch first
    [InlineData(4, 1, 4)]
    public void A_loss_that_never_falls_ends_training_only_after_all_rows_were_seen_or_half_of_a_shorter_job(int steps, int stepsAnEpoch, int ended)
    {
        var stop = new EarlyStop(Patience: 4, MinDelta: 0.01, EarlyStop.FirstStep(stepsAnEpoch, steps));
        var (waited, step) = (0, 0);
        while (step < steps && !stop.IsOver(waited))
        {
            waited = stop.Waited(waited, isFall: false, ++step);
        }

        Assert.Equal(ended, step);
    }

    [Fact]
    public void A_fall_begins_the_count_anew()
    {
        var stop = new EarlyStop(3, 0.01);
        Assert.Equal(0, stop.Waited(2, isFall: true, 9));
        Assert.Equal((true, false, true), (stop.IsFall(1.98, 2), stop.IsFall(1.995, 2), stop.IsFall(5, null)));
    }
}
