using System.Text.Json.Nodes;
using Platform.Training.Batches;
using Platform.Training.Graph;
using Platform.Training.Jobs;
using Platform.Training.Learning;
using Platform.Training.Tests.Graph;
using Platform.Training.Tests.Jobs;

namespace Platform.Training.Tests.Learning;

/// <summary>Learning from pairs: the loss is the one of the paper, its gradient the measured slope, and the preferred answers become likelier.</summary>
public sealed class PreferenceTests : IDisposable
{
    private const double Beta = 0.3;
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(48)]
    [InlineData(1_024)]
    public void The_gradient_of_preferences_is_the_measured_slope_of_their_loss(int microBatchTokens)
    {
        using var site = new TrainingSite(new SyntheticModel().Write(folder), Precision.Fast);
        var objective = new PreferenceObjective(site.Shelf, site.Adapter, Pairs(), Beta, new LearningOptions(microBatchTokens, Recompute: false));
        site.Adapter.ClearGradients();
        var (loss, _) = objective.Learn([0, 1, 2], 1, 1, () => { });
        var gradients = site.Adapter.Trained.ToDictionary(t => t.Name, t => t.Gradient.ToArray());
        Assert.Equal(loss, Loss(), 1e-5);
        Assert.All(site.Adapter.Trained, t => Assert.InRange(Slope.Error(t, gradients[t.Name], Loss), 0, 1e-3));
        Assert.All(site.Adapter.Trained, t => Assert.InRange(Slope.ErrorAcross(t, gradients[t.Name], Loss), 0, 1e-3));

        double Loss() => objective.Evaluate(site.Adapter, () => { }).Mean;
    }

    [Fact]
    public void An_adapter_without_effect_prefers_nothing()
    {
        using var site = new TrainingSite(new SyntheticModel().Write(folder), Precision.Fast);
        foreach (var b in site.Adapter.Trained.Where(t => t.Name.EndsWith(".lora_b", StringComparison.Ordinal))) { b.Value.Write(new float[b.Value.Elements]); }
        Assert.Equal(Math.Log(2), new PreferenceObjective(site.Shelf, site.Adapter, Pairs(), Beta, new LearningOptions(256, Recompute: false)).Evaluate(site.Adapter, () => { }).Mean, 1e-6);
    }

    [Fact]
    public void A_job_learns_to_prefer()
    {
        using var bench = new JobBench(change: s => (s["method"], s["beta"]) = ("dpo", Beta));
        bench.Write("train.jsonl", Rows(40, seed: 1));
        bench.Write("valid.jsonl", Rows(12, seed: 2));
        Assert.Equal(JobState.Succeeded, bench.Run());
        Assert.Equal(Math.Log(2), bench.ValidLossAt(0), 1e-6);
        Assert.InRange(bench.ValidLossAt(20), 0, 0.5);
        var evaluated = bench.Progress.Where(line => line.TryGetProperty("reward_margin", out _)).ToDictionary(line => line.GetProperty("step").GetInt32(), line => (Margin: line.GetProperty("reward_margin").GetDouble(), Right: line.GetProperty("preference_accuracy").GetDouble()));
        Assert.Equal((0, 0.5), (Math.Round(evaluated[0].Margin, 6), evaluated[0].Right)); // to nothing more than the base: half
        Assert.InRange(evaluated[20].Margin, 0.5, 100);
        Assert.InRange(evaluated[20].Right, 0.9, 1);
        var (best, losses) = (evaluated[bench.Evaluations.MinBy(one => one.Loss).Step], File.ReadLines(bench.Folder.Comparison).Select(line => JsonNode.Parse(line)!["loss"]!.GetValue<double>()).ToArray());
        Assert.Equal(losses.Average(loss => -Math.Log(Math.Exp(loss) - 1)), best.Margin, 1e-3); // β · margin, of each row's -log σ(β · margin)
        Assert.Equal(losses.Count(loss => loss < Math.Log(2)) / (double)losses.Length, best.Right, 1e-9);
        Assert.Equal(["evaluating", "comparing", "exporting"], bench.Progress.Where(line => line.TryGetProperty("phase", out _)).Select(line => line.GetProperty("phase").GetString()));
    }

    [Fact]
    public void What_learned_preferences_rates_the_better_answer_higher()
    {
        using var bench = new JobBench(change: s => (s["method"], s["beta"]) = ("dpo", Beta));
        bench.Write("train.jsonl", Rows(40, seed: 1));
        bench.Write("valid.jsonl", Rows(12, seed: 2));
        Assert.Contains("only a finished job", Assert.Throws<TrainingException>(() => RowScores.Write(bench.Folder, "rows.jsonl", "scores.jsonl")).Message, StringComparison.Ordinal);
        bench.Run();
        bench.Write("rows.jsonl", Rows(20, seed: 3).SelectMany(pair => (JsonObject[])[Answer(pair, "chosen"), Answer(pair, "rejected")]));
        RowScores.Write(bench.Folder, "rows.jsonl", "scores.jsonl");
        var scores = File.ReadLines(bench.Folder.File("scores.jsonl")).Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal("pair-0 chosen", scores[0]["id"]!.GetValue<string>());
        Assert.All(scores, s => Assert.Equal(Beta * ((double)s["log_p"]! - (double)s["base_log_p"]!), (double)s["reward"]!, 1e-9));
        Assert.InRange(scores.Chunk(2).Count(pair => (double)pair[0]["reward"]! > (double)pair[1]["reward"]!), 18, 20);

        static JsonObject Answer(JsonObject pair, string which)
        {
            var (prompt, answer) = (pair["prompt"]!.AsArray(), pair[which]!.AsArray());
            return new JsonObject
            {
                ["id"] = $"{pair["id"]} {which}",
                ["tokens"] = new JsonArray([.. prompt.Concat(answer).Select(t => t!.DeepClone())]),
                ["weights"] = new JsonArray([.. prompt.Select(_ => JsonValue.Create(0)), .. answer.Select(_ => JsonValue.Create(1))]),
            };
        }
    }

    private static List<PreferencePair> Pairs()
    {
        var random = new Random(4);
        return [.. Enumerable.Range(0, 3).Select(i => new PreferencePair(Answer($"{i}", 5 + i), Answer($"{i}", 9 - i)))];

        Example Answer(string id, int length) => new(id, [.. Enumerable.Range(0, 6 + length).Select(_ => random.Next(96))], [.. Enumerable.Range(0, 6 + length).Select(at => at < 6 ? 0f : 1f)]);
    }

    /// <summary>The answer that repeats the prompt's last token is preferred to one that does not.</summary>
    private static IEnumerable<JsonObject> Rows(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var (prompt, other) = (Enumerable.Range(0, 4).Select(_ => 2 + random.Next(8)).ToArray(), 10 + random.Next(8));
            yield return new JsonObject { ["id"] = $"pair-{i}", ["prompt"] = Numbers(prompt), ["chosen"] = Numbers([prompt[^1], prompt[^1]]), ["rejected"] = Numbers([other, prompt[^1], other]) };
        }

        static JsonArray Numbers(int[] tokens) => new([.. tokens.Select(t => JsonValue.Create(t))]);
    }

    public void Dispose() => folder.Dispose();
}
