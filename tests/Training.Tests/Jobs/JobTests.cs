using System.Text.Json.Nodes;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;
using Platform.Training.Batches;
using Platform.Training.Jobs;

namespace Platform.Training.Tests.Jobs;

/// <summary>A job learns, says how it goes, and leaves an adapter that can be served.</summary>
public sealed class JobTests
{
    [Fact]
    public void A_job_learns_and_leaves_an_adapter_that_its_model_serves()
    {
        using var bench = new JobBench();
        Assert.Equal(JobState.Succeeded, bench.Run());
        Assert.InRange(bench.ValidLossAt(40), 0, 0.75 * bench.ValidLossAt(0));
        using var file = File.OpenRead(bench.Folder.Adapter);
        Assert.Equal(16, AdapterCheck.Run(file, GgufReader.Read(bench.Settings["model"]!.GetValue<string>()), JobIdentity.HashOf(bench.Settings["model"]!.GetValue<string>())).Rank);
        var last = bench.Progress.Last(l => l.TryGetProperty("train_loss", out _));
        Assert.Equal((40, 40, 4.0), (last.GetProperty("step").GetInt32(), last.GetProperty("steps").GetInt32(), last.GetProperty("epoch").GetDouble()));
        Assert.Equal(0.0003, last.GetProperty("learning_rate").GetDouble(), 1e-9);
        Assert.All((string[])["grad_norm", "loss_scale", "tokens_per_second", "trained_tokens"], name => Assert.True(last.GetProperty(name).GetDouble() > 0));
        Assert.Equal(["running", "succeeded"], bench.Progress.Where(l => l.TryGetProperty("state", out _)).Select(l => l.GetProperty("state").GetString()));
        Assert.Contains(bench.Progress, l => l.TryGetProperty("message", out var text) && text.GetString()!.Contains("difference of a logit", StringComparison.Ordinal));
        var rows = File.ReadLines(bench.Folder.Comparison).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(Enumerable.Range(0, 16).Select(i => $"row-{i}").Order(), rows.Select(r => r.GetProperty("id").GetString()).Order());
        Assert.Equal(bench.ValidLossAt(0), MeanLoss(bench, "base_loss"), 1e-6);
        Assert.Equal(bench.ValidLossAt(40), MeanLoss(bench), 1e-6);
    }

    /// <summary>Of the rows of evaluation.jsonl.</summary>
    private static double MeanLoss(JobBench bench, string name = "loss")
    {
        var rows = File.ReadLines(bench.Folder.Comparison).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement).ToArray();
        return rows.Sum(r => r.GetProperty(name).GetDouble() * r.GetProperty("weight").GetDouble()) / rows.Sum(r => r.GetProperty("weight").GetDouble());
    }

    [Fact]
    public void A_job_that_is_asked_to_stop_ends_with_the_best_of_what_it_learned()
    {
        using var bench = new JobBench();
        Assert.Equal(JobState.Succeeded, bench.Run(14, _ => File.WriteAllText(bench.Folder.StopMark, "")));
        Assert.Equal([0, 10, 14], bench.Evaluations.Select(one => one.Step)); // what was reached last counts too
        Assert.Equal(bench.Evaluations.Min(one => one.Loss), MeanLoss(bench), 1e-6);
        Assert.Contains(bench.Progress, line => line.TryGetProperty("message", out var text) && text.GetString()!.StartsWith("Stopped as asked after step 14 of 40. The evaluation loss was lowest", StringComparison.Ordinal));
        Assert.Equal(["evaluating", "comparing", "exporting"], bench.Progress.Where(line => line.TryGetProperty("phase", out _)).Select(line => line.GetProperty("phase").GetString()));
        Assert.True(File.Exists(bench.Folder.Adapter));
    }

    [Fact]
    public void A_stop_that_is_taken_back_while_the_last_step_is_evaluated_changes_nothing()
    {
        using var plain = new JobBench();
        Assert.Equal(JobState.Succeeded, plain.Run());
        using var bench = new JobBench();
        using var control = new JobControl(bench.Folder);
        var lines = 0;
        Assert.Equal(JobState.Succeeded, bench.Run(control, new Clock(At(14, bench), () =>
        {
            if (File.Exists(bench.Folder.StopMark) && ++lines == 2) { File.Delete(bench.Folder.StopMark); } // first the step's own line
        })));
        Assert.Equal([0, 10, 14, 20, 30, 40], bench.Evaluations.Select(one => one.Step));
        Assert.Equal(plain.ValidLossAt(40), bench.ValidLossAt(40));
        Assert.DoesNotContain(bench.Progress, line => line.TryGetProperty("message", out var text) && text.GetString()!.StartsWith("Stopped as asked", StringComparison.Ordinal));
    }

    /// <summary>Else what was learned since the last evaluation would be thrown away without a word.</summary>
    [Fact]
    public void A_job_that_is_to_stop_after_a_step_that_was_left_out_evaluates_what_it_has_learned()
    {
        using var bench = new JobBench(BadNumberTests.Poisoned());
        var rows = JobBench.Rows(80, seed: 1).ToArray();
        var poisoned = new RowOrder(rows.Length, 8, 42).At(20)[0]; // at an evaluation's turn
        rows[poisoned] = BadNumberTests.Row("poison", BadNumberTests.PoisonedToken);
        bench.Write("train.jsonl", rows);
        using var control = new JobControl(bench.Folder);
        Assert.Equal(JobState.Succeeded, bench.Run(control, new Clock(_ => { }, () =>
        {
            if (bench.Progress.Any(line => line.TryGetProperty("step", out var step) && step.GetInt32() == 19)) { File.WriteAllText(bench.Folder.StopMark, ""); }
        })));
        Assert.Equal(20, bench.Evaluations[^1].Step);
    }

    private static Action<int> At(int step, JobBench bench) => asked =>
    {
        if (asked == 2 * step - 1) { File.WriteAllText(bench.Folder.StopMark, ""); }
    };

    /// <summary>Tells each time that it is asked for the time: before and after a step that is taken, and for each line that is told.</summary>
    private sealed class Clock(Action<int> atTimestamp, Action atLine) : TimeProvider
    {
        private int asked;

        public override long GetTimestamp()
        {
            atTimestamp(++asked);
            return System.GetTimestamp();
        }

        public override DateTimeOffset GetUtcNow()
        {
            atLine();
            return System.GetUtcNow();
        }
    }

    [Fact]
    public void A_paused_job_that_is_asked_to_stop_takes_no_further_step()
    {
        using var bench = new JobBench(change: s => s["validation"] = null);
        Assert.Equal(JobState.Paused, bench.Run(12, control => control.Hear("pause")));
        var reached = bench.Progress.Last(line => line.TryGetProperty("train_loss", out _)).GetProperty("step").GetInt32();
        File.WriteAllText(bench.Folder.StopMark, "");
        Assert.Equal(JobState.Succeeded, bench.Run());
        Assert.Equal(reached, bench.Progress.Last(line => line.TryGetProperty("train_loss", out _)).GetProperty("step").GetInt32());
        Assert.Contains(bench.Progress, line => line.TryGetProperty("message", out var text) && text.GetString() == $"Stopped as asked after step {reached} of 40; its weights are kept.");
        Assert.True(File.Exists(bench.Folder.Adapter));
    }

    /// <summary>Who started the job is told what to do: make room, or take less.</summary>
    [Fact]
    public void A_full_disk_and_want_of_memory_have_names_of_their_own()
    {
        Assert.Equal(TrainingFault.Space, JobWorker.FaultOf(new IOException("no space", 28)));
        Assert.Equal(TrainingFault.Memory, JobWorker.FaultOf(new InsufficientMemoryException()));
        Assert.Null(JobWorker.FaultOf(new IOException("busy", 16)));
        Assert.Null(JobWorker.FaultOf(new NativeCallException("no such thing")));
    }

    [Fact]
    public void A_model_that_is_another_than_the_rows_were_made_for_is_not_trained_on()
    {
        using var bench = new JobBench(change: s => s["model_sha256"] = new string('c', 64));
        var refused = Assert.Throws<TrainingException>(() => bench.Run());
        Assert.Equal(TrainingFault.Base, refused.Fault);
        Assert.Contains(JobIdentity.HashOf(bench.Settings["model"]!.GetValue<string>()), refused.Message, StringComparison.Ordinal);
        Assert.Equal("base", bench.Progress[^1].GetProperty("fault").GetString());
    }

    [Fact]
    public void The_same_job_gives_the_same_adapter_to_the_bit()
    {
        using var one = new JobBench(change: s => s["lora"] = new JsonObject { ["dropout"] = 0.2 });
        using var other = new JobBench(change: s => s["lora"] = new JsonObject { ["dropout"] = 0.2 });
        one.Run();
        other.Run();
        Assert.Equal(File.ReadAllBytes(one.Folder.Adapter), File.ReadAllBytes(other.Folder.Adapter));
    }

    [Fact]
    public void A_job_stops_when_its_evaluation_no_longer_falls_keeps_the_best_and_says_why()
    {
        using var bench = new JobBench(change: s =>
        {
            s["early_stopping"] = new JsonObject { ["patience"] = 2, ["min_delta"] = 0.01 };
            (s["learning_rate"], s["epochs"], s["evaluate_every"]) = (0.02, 40, 5);
        });
        bench.Write("train.jsonl", JobBench.Rows(8, seed: 9)); // so few that they are soon known by heart
        Assert.Equal(JobState.Succeeded, bench.Run());
        var why = bench.Progress.Single(l => l.TryGetProperty("message", out var text) && text.GetString()!.StartsWith("Stopped after step", StringComparison.Ordinal));
        Assert.Contains("are kept", why.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.InRange(why.GetProperty("step").GetInt32(), 10, 39);
        var lowest = bench.Evaluations.MinBy(e => e.Loss);
        Assert.True(lowest.Step < why.GetProperty("step").GetInt32());
        Assert.Equal(lowest.Loss, MeanLoss(bench), 1e-6); // those weights are the exported ones
        Assert.Contains($"after step {lowest.Step};", why.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_lowest_evaluation_loss_is_kept_however_little_lower_it_is()
    {
        using var bench = new JobBench(change: s =>
        {
            s["early_stopping"] = new JsonObject { ["patience"] = 100, ["min_delta"] = 10 }; // no fall counts as one
            (s["evaluate_every"], s["epochs"]) = (5, 2);
        });
        Assert.Equal(JobState.Succeeded, bench.Run());
        var lowest = bench.Evaluations.MinBy(e => e.Loss);
        Assert.True(lowest.Step > 0);
        Assert.Equal(lowest.Loss, MeanLoss(bench), 1e-6);
    }

    [Fact]
    public void An_adapter_that_never_was_better_than_its_base_says_so()
    {
        using var bench = new JobBench(BadNumberTests.Certain());
        bench.Write("train.jsonl", Enumerable.Range(0, 80).Select(i => BadNumberTests.Same($"row-{i}", 2 + i % 8)));
        bench.Write("valid.jsonl", Enumerable.Range(0, 8).Select(i => BadNumberTests.Same($"valid-{i}", 2 + i)));
        Assert.Equal(JobState.Succeeded, bench.Run());
        Assert.Equal(0, bench.Evaluations.MinBy(e => e.Loss).Step);
        Assert.Equal(bench.ValidLossAt(0), MeanLoss(bench), 1e-6);
        Assert.Contains(bench.Progress, l => l.TryGetProperty("message", out var text) && text.GetString()!.Contains("the adapter changes nothing", StringComparison.Ordinal));
    }

    [Fact]
    public void Raw_text_is_learned_in_pieces_that_predict_each_token_once()
    {
        using var bench = new JobBench(change: s => (s["method"], s["sequence_tokens"]) = ("pretraining", 8));
        var random = new Random(3);
        var text = Enumerable.Range(0, 50).Select(_ => 2 + random.Next(8)).ToArray();
        bench.Write("train.jsonl", [new JsonObject { ["id"] = "book", ["tokens"] = new JsonArray([.. text.Select(t => JsonValue.Create(t))]) }]);
        bench.Write("valid.jsonl", [new JsonObject { ["tokens"] = new JsonArray([.. text.Select(t => JsonValue.Create(t))]) }]);
        Assert.Equal(JobState.Succeeded, bench.Run());
        var pieces = RowFile.Pieces(bench.Folder.File("train.jsonl"), 96, 8);
        Assert.Equal(49, pieces.Sum(p => p.Counted));
        Assert.True(bench.ValidLossAt(4) < bench.ValidLossAt(0));
    }

    [Fact]
    public void Only_what_a_job_can_be_is_accepted_and_a_row_is_named_with_its_fault()
    {
        Refused(TrainingFault.Job, "lora.rank is 12", s => s["lora"] = new JsonObject { ["rank"] = 12 });
        Refused(TrainingFault.Job, "'w' is no projection", s => s["lora"] = new JsonObject { ["targets"] = new JsonArray("q", "w") });
        Refused(TrainingFault.Job, "learning_rate is 3", s => s["learning_rate"] = 3);
        Refused(TrainingFault.Job, "learning_rat", s => s["learning_rat"] = 0.1);
        Refused(TrainingFault.Job, "is not there", s => s["model"] = "/nowhere.gguf");
        Refused(TrainingFault.Job, "names of files", s => s["train"] = "../train.jsonl");
        Refused(TrainingFault.Data, "Row 'x' has the token 96 at 1; the model has 0 to 95", _ => { }, """{"id":"x","tokens":[1,96]}""");
        Refused(TrainingFault.Data, "Row 'line 1' has 40 tokens; 33 fit", _ => { }, $$"""{"tokens":[{{string.Join(',', Enumerable.Repeat(1, 40))}}]}""");
        Refused(TrainingFault.Data, "2 weights for 3 tokens", _ => { }, """{"tokens":[1,2,3],"weights":[1,1]}""");
        Refused(TrainingFault.Data, "has the weight -1 at 2", _ => { }, """{"tokens":[1,2,3],"weights":[0,1,-1]}""");
        Refused(TrainingFault.Data, "no token that counts", _ => { }, """{"tokens":[1,2,3],"weights":[1,0,0]}""");
        Refused(TrainingFault.Data, "Line 1 cannot be read", _ => { }, """{"tokens":[1,2,3""");
        Refused(TrainingFault.Data, "needs 'prompt'", s => s["method"] = "dpo", """{"tokens":[1,2,3]}""");
        Refused(TrainingFault.Model, "architecture is 'gemma'", _ => { }, model: new SyntheticModel { Architecture = "gemma" });
    }

    private static void Refused(TrainingFault fault, string words, Action<JsonObject> change, string? row = null, SyntheticModel? model = null)
    {
        using var bench = new JobBench(model, change);
        if (row is not null) { File.WriteAllText(bench.Folder.File("train.jsonl"), row); }
        var refusal = Assert.Throws<TrainingException>(() => bench.Run());
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(fault, refusal.Fault);
        var last = bench.Progress[^1];
        Assert.Equal(("failed", fault), (last.GetProperty("state").GetString(), Enum.Parse<TrainingFault>(last.GetProperty("fault").GetString()!, ignoreCase: true)));
    }
}
