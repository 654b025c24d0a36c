using System.Globalization;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>When versions were last asked for. It is kept beside their files, once a minute at most: a restart forgets the last minute of it and no more. Where the folder cannot be written, a restart forgets all.</summary>
internal sealed class AdapterUses(TimeProvider time)
{
    private const string Ending = ".used";
    private static readonly TimeSpan LeastBetween = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, (DateTimeOffset At, DateTimeOffset Kept)> used = []; // by the version's id; stays when it leaves the memory

    /// <summary>Notes that a version is asked for now.</summary>
    internal void Note(AdapterFile file)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            var kept = used.GetValueOrDefault(file.Id).Kept;
            var isDue = now - kept >= LeastBetween;
            used[file.Id] = (now, isDue ? now : kept);
            if (!isDue) { return; }
        }
        try
        {
            File.WriteAllText(file.Path + Ending, now.ToString("O", CultureInfo.InvariantCulture));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return; // it answers all the same
        }
    }

    /// <summary>When it was asked for last; null for never.</summary>
    internal DateTimeOffset? At(AdapterFile file)
    {
        lock (gate)
        {
            if (used.TryGetValue(file.Id, out var last)) { return last.At; }
        }
        return KeptOf(file);
    }

    /// <summary>What is kept beside the file; null for nothing.</summary>
    internal static DateTimeOffset? KeptOf(AdapterFile file)
    {
        try
        {
            return File.Exists(file.Path + Ending) && DateTimeOffset.TryParseExact(File.ReadAllText(file.Path + Ending), "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Deletes what is kept of a version that is deleted.</summary>
    internal static void Forget(AdapterFile file) => File.Delete(file.Path + Ending);
}
