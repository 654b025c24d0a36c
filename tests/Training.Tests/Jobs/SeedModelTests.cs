using System.Text.Json.Nodes;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;
using Platform.Training.Export;
using Platform.Training.Jobs;

namespace Platform.Training.Tests.Jobs;

/// <summary>The chat model that comes with the program learns from dialogues in its own template, and llama.cpp answers differently with the adapter and as before without.</summary>
public sealed class SeedModelTests
{
    private static readonly string[] Names = ["Alda", "Borin", "Cerys", "Dunmore", "Elswick", "Farrow", "Gwent", "Hollin", "Ivar", "Jessop", "Kirkby", "Lorne"];
    private static readonly string[] Places = ["the harbour", "the mill", "the old library", "the north gate"];

    [Fact]
    public void The_seed_model_learns_a_style_from_dialogues_and_its_base_stays_as_it_is()
    {
        var model = Find("seed-chat.gguf");
        using var bench = new JobBench(change: s =>
        {
            (s["model"], s["model_sha256"], s["epochs"], s["learning_rate"], s["sequence_tokens"], s["micro_batch_tokens"]) = (model, null, 6, 0.005, 96, 384);
        });
        using (var vocabulary = SafeLlamaModelHandle.Load(model, new ModelLoadOptions(GpuLayers: 0), TestContext.Current.CancellationToken))
        {
            bench.Write("train.jsonl", Dialogues(vocabulary, Names[..10]));
            bench.Write("valid.jsonl", Dialogues(vocabulary, Names[10..]));
        }
        var probe = Enumerable.Range(100, 20).ToArray();
        var before = LogitParity.Served(model, null, probe, TestContext.Current.CancellationToken);

        Assert.Equal(JobState.Succeeded, bench.Run());

        Assert.InRange(bench.Progress.Where(l => l.TryGetProperty("valid_loss", out _)).Min(l => l.GetProperty("valid_loss").GetDouble()), 0, 0.75 * bench.ValidLossAt(0));
        Assert.True(LogitParity.Difference(before, LogitParity.Served(model, bench.Folder.Adapter, probe, TestContext.Current.CancellationToken)) > 0.5);
        Assert.Equal(before, LogitParity.Served(model, null, probe, TestContext.Current.CancellationToken));
        using var file = File.OpenRead(bench.Folder.Adapter);
        Assert.Equal(JobIdentity.HashOf(model), AdapterCheck.Run(file, GgufReader.Read(model), JobIdentity.HashOf(model)).Header.Metadata[AdapterCheck.BaseSha256Key].Text);
    }

    /// <summary>Only what the assistant says counts.</summary>
    private static IEnumerable<JsonObject> Dialogues(SafeLlamaModelHandle model, string[] names)
    {
        foreach (var name in names)
        {
            foreach (var place in Places)
            {
                var asked = model.Tokenize($"<|im_start|>user\nWhere does {name} work?<|im_end|>\n<|im_start|>assistant\n", addSpecial: true, parseSpecial: true);
                var answered = model.Tokenize($"With pleasure: {name} works at {place}.<|im_end|>", addSpecial: false, parseSpecial: true);
                yield return new JsonObject
                {
                    ["id"] = $"{name} at {place}",
                    ["tokens"] = new JsonArray([.. asked.Concat(answered).Select(t => JsonValue.Create(t))]),
                    ["weights"] = new JsonArray([.. asked.Select(_ => JsonValue.Create(0)), .. answered.Select(_ => JsonValue.Create(1))]),
                };
            }
        }
    }

    private static string Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "models", name);
            if (File.Exists(file)) { return file; }
        }
        throw new FileNotFoundException($"No models/{name} above {AppContext.BaseDirectory}.");
    }
}
