using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Training.Jobs;

namespace Platform.Training.Tests.Jobs;

/// <summary>A job folder with a small model and rows that say a random sequence twice: what comes the second time can be learned.</summary>
internal sealed class JobBench : IDisposable
{
    private const int Half = 6, Vocabulary = 96, Middle = 1;
    private readonly TemporaryFolder temporary = new();

    internal JobBench(SyntheticModel? model = null, Action<JsonObject>? change = null)
    {
        Folder = new JobFolder(temporary.Path);
        Settings = new JsonObject
        {
            ["model"] = (model ?? new SyntheticModel()).Write(temporary), ["epochs"] = 4, ["batch_size"] = 8, ["sequence_tokens"] = 32, ["micro_batch_tokens"] = 128,
            ["learning_rate"] = 0.003, ["checkpoint_every"] = 5, ["evaluate_every"] = 10, ["validation"] = "valid.jsonl", ["early_stopping"] = null,
        };
        change?.Invoke(Settings);
        File.WriteAllText(Folder.Settings, Settings.ToJsonString());
        Write("train.jsonl", Rows(80, seed: 1));
        Write("valid.jsonl", Rows(16, seed: 2));
    }

    internal JobFolder Folder { get; }

    internal JsonObject Settings { get; }

    /// <summary>The lines of progress.jsonl.</summary>
    internal IReadOnlyList<JsonElement> Progress => [.. ReadShared(Folder.Progress).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    internal JobState Run()
    {
        using var control = new JobControl(Folder);
        return Run(control, TimeProvider.System);
    }

    /// <summary>Runs the job and acts when it begins its nth step since then.</summary>
    internal JobState Run(int step, Action<JobControl> act)
    {
        using var control = new JobControl(Folder);
        return Run(control, new StepClock(step, () => act(control)));
    }

    /// <summary>Runs the job and acts between its nth step since then and what follows that step, as its evaluation.</summary>
    internal JobState RunAfter(int step, Action<JobControl> act)
    {
        using var control = new JobControl(Folder);
        return Run(control, new StepClock(step, () => act(control), atEnd: true));
    }

    internal JobState Run(JobControl control, TimeProvider time) => new JobWorker(Folder, control, time).Run();

    internal void Write(string name, IEnumerable<JsonObject> rows) => File.WriteAllLines(Folder.File(name), rows.Select(r => r.ToJsonString()));

    internal static IEnumerable<JsonObject> Rows(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var half = Enumerable.Range(0, Half - i % 3).Select(_ => 2 + random.Next(8)).ToArray();
            int[] tokens = [.. half, Middle, .. half];
            yield return new JsonObject { ["id"] = $"row-{i}", ["tokens"] = new JsonArray([.. tokens.Select(t => JsonValue.Create(t))]), ["weights"] = new JsonArray([.. tokens.Select((_, at) => JsonValue.Create(at > half.Length ? 1 : 0))]) };
        }
    }

    /// <summary>Each evaluation once.</summary>
    internal IReadOnlyList<(int Step, double Loss)> Evaluations =>
        [.. Progress.Where(l => l.TryGetProperty("valid_loss", out _)).Select(l => (l.GetProperty("step").GetInt32(), l.GetProperty("valid_loss").GetDouble())).GroupBy(e => e.Item1).Select(e => e.Last())];

    internal double ValidLossAt(int step) => Progress.Last(l => l.TryGetProperty("valid_loss", out _) && l.GetProperty("step").GetInt32() == step).GetProperty("valid_loss").GetDouble();

    internal static string ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    public void Dispose() => temporary.Dispose();
}
