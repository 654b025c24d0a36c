namespace Platform.Training.Jobs;

/// <summary>Where the files of a job lie. Whoever starts a worker writes job.json and the rows; the worker writes the rest.</summary>
public sealed class JobFolder(string path)
{
    private const string Steps = "step-", Ending = ".ckpt";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Settings => File("job.json");

    public string Progress => File("progress.jsonl");

    public string Adapter => File("adapter.gguf");

    /// <summary>The loss of each evaluation row, with the adapter and without.</summary>
    public string Comparison => File("evaluation.jsonl");

    /// <summary>The adapter before llama.cpp has confirmed it.</summary>
    public string Unchecked => File("adapter.unchecked.gguf");

    /// <summary>While it exists the job is to pause.</summary>
    public string PauseMark => File("pause");

    /// <summary>While it exists the job is to end with what it learned so far.</summary>
    public string StopMark => File("stop");

    /// <summary>While it exists the job is to end without an adapter.</summary>
    public string CancelMark => File("cancel");

    /// <summary>The weights of the lowest evaluation loss.</summary>
    public string Best => System.IO.Path.Combine(Checkpoints, "best" + Ending);

    /// <summary>Where the adapter of an evaluation appears, whole; null where nobody made the folder that asks for it.</summary>
    public string? Evaluated(int step) => File("evaluations") is var folder && Directory.Exists(folder) ? System.IO.Path.Combine(folder, $"{Steps}{step:D8}.gguf") : null;

    private string Checkpoints => File("checkpoints");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Checkpoint(int step) => System.IO.Path.Combine(Checkpoints, $"{Steps}{step:D8}{Ending}");

    /// <summary>Checkpoints by step, the latest first.</summary>
    public IReadOnlyList<string> AllCheckpoints() =>
        Directory.Exists(Checkpoints) ? [.. Directory.EnumerateFiles(Checkpoints, $"{Steps}*{Ending}").OrderDescending(StringComparer.Ordinal)] : [];

    /// <summary>Takes the folder for one worker; the system gives it back when the process ends, however it ends.</summary>
    /// <exception cref="TrainingException">The folder is not there, or another worker has it.</exception>
    public IDisposable Take()
    {
        if (!Directory.Exists(Path)) { throw new TrainingException(TrainingFault.Job, $"There is no job folder {System.IO.Path.GetFileName(Path)}."); }
        Directory.CreateDirectory(Checkpoints);
        try
        {
            return new FileStream(File("worker.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault)
        {
            throw new TrainingException(TrainingFault.Job, $"Another worker has the job folder {System.IO.Path.GetFileName(Path)}, or it cannot be written to.", fault);
        }
    }
}
