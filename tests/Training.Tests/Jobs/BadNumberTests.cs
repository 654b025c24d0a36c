using System.Text.Json.Nodes;
using Platform.Training.Jobs;
using Platform.Training.Optimise;

namespace Platform.Training.Tests.Jobs;

/// <summary>Rows that make NaN or a leap of the loss are left out and named; too many of them stop the job.</summary>
public sealed class BadNumberTests
{
    private const int PoisonedToken = 90;

    [Fact]
    public void A_poisoned_row_is_left_out_and_named_and_the_rest_is_learned()
    {
        using var bench = new JobBench(Poisoned());
        bench.Write("train.jsonl", [.. JobBench.Rows(80, seed: 1), Row("poison", PoisonedToken)]);
        Assert.Equal(JobState.Succeeded, bench.Run());
        var warnings = bench.Progress.Where(l => l.TryGetProperty("level", out var level) && level.GetString() == "warn").ToArray();
        Assert.Equal(4, warnings.Length); // once an epoch
        Assert.All(warnings, w => Assert.Contains("poison", w.GetProperty("rows").EnumerateArray().Select(r => r.GetString())));
        Assert.All(warnings, w => Assert.Contains("no number", w.GetProperty("message").GetString(), StringComparison.Ordinal));
        Assert.True(bench.ValidLossAt(40) < bench.ValidLossAt(0));
    }

    [Fact]
    public void Nothing_but_poison_stops_the_job_and_the_last_good_checkpoint_stays()
    {
        using var bench = new JobBench(Poisoned());
        bench.Write("train.jsonl", Enumerable.Range(0, 80).Select(i => Row($"poison-{i}", PoisonedToken)));
        var stop = Assert.Throws<TrainingException>(() => bench.Run());
        Assert.Equal(TrainingFault.Numbers, stop.Fault);
        Assert.False(File.Exists(bench.Folder.Adapter));
        Assert.NotEmpty(bench.Folder.AllCheckpoints());
        Assert.Equal("numbers", bench.Progress[^1].GetProperty("fault").GetString());
        Assert.Contains(bench.Progress, l => l.TryGetProperty("message", out var text) && text.GetString()!.Contains("are those of step 0 again", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_a_loss_far_above_the_last_ones_is_wrong()
    {
        var watch = new LossWatch();
        Assert.False(watch.IsWrong(1_000)); // nothing is known yet
        for (var i = 0; i < 20; i++) { watch = watch.With(2 + 0.3 * Math.Sin(i)); }
        Assert.False(watch.IsWrong(2.9));
        Assert.True(watch.IsWrong(8));
        Assert.True(watch.IsWrong(double.NaN));
        Assert.True(watch.IsWrong(double.PositiveInfinity));
    }

    [Fact]
    public void The_loss_scale_halves_when_the_gradient_overflows_and_grows_again_after_a_long_calm()
    {
        var scale = new LossScale().AfterOverflow();
        Assert.Equal(512, scale.Value);
        for (var i = 0; i < 200; i++) { scale = scale.AfterStep(); }
        Assert.Equal(1_024, scale.Value);
        for (var i = 0; i < 40; i++) { scale = scale.AfterOverflow(); }
        Assert.Equal((1f, true), (scale.Value, scale.IsLeast));
    }

    [Fact]
    public void The_learning_rate_rises_in_a_line_and_falls_to_a_tenth()
    {
        var schedule = new Schedule(1, 4, 20);
        Assert.Equal([0.25, 0.5, 0.75, 1], Enumerable.Range(1, 4).Select(schedule.At));
        Assert.Equal(0.55, schedule.At(12), 1e-9);
        Assert.Equal(0.1, schedule.At(20), 1e-9);
    }

    private static SyntheticModel Poisoned() => new()
    {
        Change = (name, numbers) =>
        {
            if (name == "token_embd.weight") { numbers[PoisonedToken * 64] = float.NaN; }
        },
    };

    private static JsonObject Row(string id, int token) => new() { ["id"] = id, ["tokens"] = new JsonArray(2, token, 3, 4) };
}
