using System.Text.Json.Nodes;
using Platform.Training.Batches;
using Platform.Training.Jobs;
using Platform.Training.Optimise;

namespace Platform.Training.Tests.Jobs;

/// <summary>Rows that make NaN or a leap of the loss are left out and named; too many of them stop the job.</summary>
public sealed class BadNumberTests
{
    internal const int PoisonedToken = 90;

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
    public void A_pair_that_is_evaluated_to_no_number_ends_a_job_of_preferences_with_the_reason()
    {
        using var bench = new JobBench(Poisoned(), s => (s["method"], s["beta"]) = ("dpo", 0.3));
        bench.Write("train.jsonl", Enumerable.Range(0, 16).Select(i => Pair($"pair-{i}", 5)));
        bench.Write("valid.jsonl", [Pair("sound", 5), Pair("poison", PoisonedToken)]);
        var stop = Assert.Throws<TrainingException>(() => bench.Run());
        Assert.Equal(TrainingFault.Numbers, stop.Fault);
        Assert.Contains("the evaluation loss is no number", stop.Message, StringComparison.Ordinal);

        static JsonObject Pair(string id, int token) => new() { ["id"] = id, ["prompt"] = new JsonArray(2, token), ["chosen"] = new JsonArray(3, 4), ["rejected"] = new JsonArray(6, 7) };
    }

    [Fact]
    public void Weights_that_a_row_wrecked_before_the_leap_are_put_back_and_that_row_is_not_learned_again()
    {
        using var bench = new JobBench(Certain(), s => (s["learning_rate"], s["weight_decay"], s["epochs"], s["warmup_share"]) = (1, 0, 1, 0));
        var rows = Enumerable.Range(0, 160).Select(i => Same($"row-{i}", 2 + i % 8)).ToArray();
        const int Wrecking = 12; // a step between two checkpoints, which are written every five
        var place = new RowOrder(rows.Length, 8, 42).At(Wrecking)[0];
        rows[place] = new() { ["id"] = "wrecks", ["tokens"] = new JsonArray(2, 3), ["weights"] = new JsonArray(0, 0.02) };
        bench.Write("train.jsonl", rows);
        bench.Write("valid.jsonl", Enumerable.Range(0, 8).Select(i => Same($"valid-{i}", 2 + i)));
        Assert.Equal(JobState.Succeeded, bench.Run());
        var warnings = bench.Progress.Where(l => l.TryGetProperty("level", out var level) && level.GetString() == "warn" && l.TryGetProperty("rows", out _)).ToArray();
        Assert.Equal([13, 14, 15, 15], warnings.Select(w => w.GetProperty("step").GetInt32()));
        Assert.All(warnings[..3], w => Assert.Contains("far above", w.GetProperty("message").GetString(), StringComparison.Ordinal));
        Assert.Contains("are those of step 10 again, and steps 11 to 15 are passed over", warnings[3].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("wrecks", warnings[3].GetProperty("rows").EnumerateArray().Select(r => r.GetString()));
        Assert.DoesNotContain("wrecks", warnings[..3].SelectMany(w => w.GetProperty("rows").EnumerateArray()).Select(r => r.GetString()));
        Assert.Equal(20, bench.Evaluations[^1].Step);
        Assert.InRange(bench.Evaluations[^1].Loss, 0, 0.01);
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

    /// <summary>A row of one token only.</summary>
    internal static JsonObject Same(string id, int token) => new() { ["id"] = id, ["tokens"] = new JsonArray(token, token, token, token) };

    /// <summary>A model that is certain that the last token comes again: rows that say so teach it nothing, and leave its weights as they are to the bit.</summary>
    internal static SyntheticModel Certain()
    {
        float[] embeddings = [];
        return new()
        {
            Change = (name, numbers) =>
            {
                if (name == "token_embd.weight") { embeddings = numbers; }
                if (name == "output.weight") { embeddings.Select(x => 6 * x).ToArray().CopyTo(numbers, 0); }
                if (name.Contains("attn_output", StringComparison.Ordinal) || name.Contains("ffn_down", StringComparison.Ordinal)) { Array.Clear(numbers); }
            },
        };
    }

    internal static SyntheticModel Poisoned() => new()
    {
        Change = (name, numbers) =>
        {
            if (name == "token_embd.weight") { numbers[PoisonedToken * 64] = float.NaN; }
        },
    };

    internal static JsonObject Row(string id, int token) => new() { ["id"] = id, ["tokens"] = new JsonArray(2, token, 3, 4) };
}
