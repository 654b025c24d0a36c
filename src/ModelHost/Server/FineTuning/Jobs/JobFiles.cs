namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>Where the files of a job lie: ours beside those that the trainer reads and writes (docs/training.md).</summary>
internal sealed class JobFiles(string path)
{
    public string Path { get; } = path;

    public string Record => In("record.json");

    public string Events => In("events.jsonl");

    public string Parity => In("parity.jsonl");

    public string Settings => In("job.json");

    public string Train => In("train.jsonl");

    public string Valid => In("valid.jsonl");

    public string Progress => In("progress.jsonl");

    public string Adapter => In("adapter.gguf");

    public string Comparison => In("evaluation.jsonl");

    /// <summary>What is asked at each evaluation.</summary>
    public string Prompts => In("prompts.jsonl");

    /// <summary>What was answered there.</summary>
    public string Answers => In("answers.jsonl");

    /// <summary>What is asked at the end.</summary>
    public string Questions => In("questions.jsonl");

    /// <summary>What was answered there, those that got worst first.</summary>
    public string Answered => In("answered.jsonl");

    /// <summary>Where the trainer leaves the adapter of each evaluation, as long as there is such a folder.</summary>
    public string Evaluations => In("evaluations");

    public string Lock => In("worker.lock");

    public string PauseMark => In("pause");

    public string CancelMark => In("cancel");

    /// <summary>The trainer is to end with what it learned so far.</summary>
    public string StopMark => In("stop");

    /// <summary>The bytes of a plain file; 0 where there is none. A pipe or a link is none: what a runner puts there must not be waited for.</summary>
    public static long Size(string path) => new FileInfo(path) is { Exists: true, LinkTarget: null } file ? file.Length : 0;

    /// <summary>The job may be taken by a runner, who renames this to <see cref="Taken"/>.</summary>
    public string Offered => In("offered");

    /// <summary>The name of the runner that has the job.</summary>
    public string Taken => In("taken");

    /// <summary>The exit code of the runner that had it.</summary>
    public string Ended => In("ended");

    /// <summary>The adapter as a runner saves it.</summary>
    public string Peft => In("peft");

    /// <summary>Whether a runner has left weights to go on from.</summary>
    public bool HasRunnerCheckpoint => Directory.EnumerateDirectories(Path, "runner-checkpoint*").Any(folder => File.Exists(System.IO.Path.Combine(folder, "state.pt")));

    private string Checkpoints => In("checkpoints");

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>The file of a checkpoint; null where it is gone.</summary>
    public string? Checkpoint(int step) => System.IO.Path.Combine(Checkpoints, FormattableString.Invariant($"step-{step:D8}.ckpt")) is var file && File.Exists(file) ? file : null;

    /// <summary>The weights of the lowest evaluation loss; null where there are none.</summary>
    public string? Best => System.IO.Path.Combine(Checkpoints, "best.ckpt") is var file && File.Exists(file) ? file : null;

    /// <summary>Steps of which there are checkpoints, the latest first; without the one of the untrained adapter.</summary>
    public IReadOnlyList<int> CheckpointSteps => !Directory.Exists(Checkpoints) ? [] :
        [.. Directory.EnumerateFiles(Checkpoints, "step-*.ckpt").Select(file => int.TryParse(System.IO.Path.GetFileNameWithoutExtension(file)["step-".Length..], out var step) ? step : 0).Where(step => step > 0).OrderDescending()];

    /// <summary>Deletes the adapters of evaluations that nobody will ask any more. Only while no trainer writes them.</summary>
    public void ClearEvaluations()
    {
        foreach (var file in Directory.Exists(Evaluations) ? Directory.EnumerateFiles(Evaluations).ToList() : [])
        {
            File.Delete(file);
        }
    }

    /// <summary>Whether no trainer has the folder; one whose parent was killed still writes a checkpoint.</summary>
    public bool IsFree
    {
        get
        {
            if (!File.Exists(Lock))
            {
                return true;
            }

            try
            {
                using var taken = new FileStream(Lock, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }
}
