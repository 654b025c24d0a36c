using System.Text.Json;
using Microsoft.Extensions.Logging;
using Platform.ModelHost.Engine.Files;

namespace Platform.ModelHost.Engine.Work;

/// <summary>What became of a file when it was tried.</summary>
/// <param name="Reason">Why it is unusable; null when it is not.</param>
internal sealed record TriedFile(string? Reason, DateTimeOffset At);

/// <summary>Which files were tried with these libraries, by the hash of their content. Kept in a file, so that a start need not try again; where that cannot be written, only as long as the process lives.</summary>
/// <param name="folder">Where the file lies; null or empty keeps nothing.</param>
/// <param name="libraries">Version and kind of the native libraries: with others, a file is tried anew.</param>
internal sealed class TriedFiles(string? folder, string libraries, TimeProvider time, ILogger log)
{
    private const string FileName = "tried-models.json";
    private const int Most = 1_000;
    private const long MostBytes = 4 << 20;

    private readonly Lock gate = new();
    private Dictionary<string, TriedFile>? known;

    private string? Path => string.IsNullOrEmpty(folder) ? null : System.IO.Path.Combine(folder, FileName);

    /// <summary>What is known of a file's content, or null.</summary>
    internal TriedFile? Find(string sha256)
    {
        lock (gate) { return (known ??= Read()).GetValueOrDefault(Key(sha256)); }
    }

    internal void Remember(string sha256, string? reason)
    {
        lock (gate)
        {
            known ??= [];
            foreach (var (key, tried) in Read()) { known.TryAdd(key, tried); } // another process may have written meanwhile
            known[Key(sha256)] = new TriedFile(reason, time.GetUtcNow());
            if (known.Count > Most) { known.Remove(known.MinBy(k => k.Value.At).Key); }
            Write(known);
        }
    }

    private string Key(string sha256) => $"{sha256} {libraries}";

    private Dictionary<string, TriedFile> Read()
    {
        try
        {
            return Path is { } path ? DurableJson.Read(path, MostBytes, WorkJson.Default.DictionaryStringTriedFile) ?? [] : [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            log.LogWarning(fault, "{Path} cannot be read; the model files are tried again.", Path);
            return [];
        }
    }

    private void Write(Dictionary<string, TriedFile> all)
    {
        if (Path is not { } path) { return; }
        try
        {
            DurableJson.Write(path, all, WorkJson.Default.DictionaryStringTriedFile);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (log.IsEnabled(LogLevel.Information)) { log.LogInformation("{Path} cannot be written ({Reason}); model files are tried at each start. Engine:StateDirectory names another folder.", path, fault.Message); }
        }
    }
}
