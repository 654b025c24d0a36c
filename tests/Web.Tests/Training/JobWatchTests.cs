using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Web.Features.Training;

namespace Platform.Web.Tests.Training;

/// <summary>What the page of a job makes of what it hears.</summary>
public sealed class JobWatchTests
{
    [Fact]
    public void A_number_that_the_last_step_does_not_tell_stays_as_it_was_told_before()
    {
        JobWatch watch = new("job");
        watch.Take(Told(new TuningMetrics(1, 9, 0.1, 4, null, 0.002, 1.5, 700, 90)));
        watch.Take(Told(new TuningMetrics(2, 9, null, null, 3.5, null, null, null, null)));
        Assert.Equal((2, 4, 0.002, 3.5), (watch.Latest!.Step, watch.Known(step => step.TrainLoss), watch.Known(step => step.LearningRate), watch.Known(step => step.ValidLoss)));
        Assert.Null(watch.Known(step => step.RewardMargin));
    }

    [Theory]
    [InlineData(TuningStatus.Running, "builtin", 3, false, true)]
    [InlineData(TuningStatus.Running, "builtin", 0, true, false)]
    [InlineData(TuningStatus.Failed, "builtin", 3, false, false)]
    [InlineData(TuningStatus.Paused, "builtin", 3, true, true)]
    [InlineData(TuningStatus.Queued, "peft", 3, false, true)]
    public void Stopping_keeps_what_a_running_trainer_has_or_else_a_checkpoint(TuningStatus status, string trainer, int step, bool hasCheckpoints, bool canKeep)
    {
        JobWatch watch = new("job");
        watch.Know(new TuningJob("job", "seed", null, status, null, null, "file", null, [], 1, null, null, null, null) { Trainer = trainer, Progress = new TuningProgress(step, 9, 0, null, null, null, null, null, null, null) });
        Assert.Equal(canKeep, watch.CanKeep(hasCheckpoints));
    }

    [Fact]
    public void Steps_that_a_job_gave_up_are_not_shown_beside_those_that_it_does_anew()
    {
        JobWatch watch = new("job");
        foreach (var (step, loss) in ((int, double)[])[(1, 4), (2, 3), (3, 9), (2, 2.5)])
        {
            watch.Take(Told(new TuningMetrics(step, 9, null, loss, loss, null, null, null, null)));
        }
        Assert.Equal([(1, 4.0), (2, 2.5)], watch.Steps.Select(step => (step.Step, step.TrainLoss!.Value)));
        Assert.Equal((2, 2.5), (watch.Latest!.Step, watch.BestValidLoss));
    }

    private static TuningNews Told(TuningMetrics step) => new(new TuningEvent($"{step.Step}", DateTimeOffset.UnixEpoch, "info", "", "metrics", step, null), null);
}
