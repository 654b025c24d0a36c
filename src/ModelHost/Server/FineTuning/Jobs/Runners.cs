namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>Programs elsewhere that take jobs from the training folder (docs/training.md). Each writes into a file of its own, `runners/NAME`, again and again; one whose file changes no more is gone.</summary>
internal sealed class Runners(TrainingOptions options, TimeProvider time)
{
    private const int LongestBeat = 64;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Beat, long? At)> _known = new(StringComparer.Ordinal);

    /// <summary>Whether one is alive, as far as was seen: whose beat never changed since this looks is not held to be.</summary>
    /// <param name="name">A certain one; null for any.</param>
    public bool AreThere(string? name = null)
    {
        var folder = Path.Combine(TrainingFolder.Of(options), "runners");
        lock (_gate)
        {
            foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [])
            {
                Look(Path.GetFileName(file), Beat(file));
            }

            return name is null ? _known.Values.Any(IsAlive) : _known.TryGetValue(name, out var one) && IsAlive(one);
        }
    }

    /// <summary>Whether one wrote into its file within the patience, by the disk's clock: enough to tell a person, at the first look too. A job waits for <see cref="AreThere"/>.</summary>
    public bool AreSeen()
    {
        var folder = Path.Combine(TrainingFolder.Of(options), "runners");
        return Directory.Exists(folder) && Directory.EnumerateFiles(folder).Any(file => (time.GetUtcNow() - File.GetLastWriteTimeUtc(file)).Duration() <= options.RunnerPatience);
    }

    private void Look(string name, string? beat)
    {
        if (beat is not null && (!_known.TryGetValue(name, out var before) || before.Beat != beat))
        {
            _known[name] = (beat, before.Beat is null ? null : time.GetTimestamp());
        }
    }

    private bool IsAlive((string Beat, long? At) one) => one.At is { } at && time.GetElapsedTime(at) <= options.RunnerPatience;

    /// <summary>Null where it cannot be read at this moment.</summary>
    private static string? Beat(string file)
    {
        try
        {
            return JobFiles.Size(file) is > 0 and <= LongestBeat ? File.ReadAllText(file) : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
