using System.Security.Cryptography;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Models;

/// <summary>What a model file is; either header and traits, or the fault that it is refused for.</summary>
internal sealed record ModelFacts(FileStamp Stamp, GgufHeader? Header, ModelTraits? Traits, string? Fault);

/// <summary>The model files of the folder and those that options name: what each is, told from its header, and its hash, computed once, in the background for those that only lie there.</summary>
internal sealed class ModelRegistry(ModelFolder folder, string? configured) : IAsyncDisposable
{
    private const int MostReadings = 3;
    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, ModelFacts> facts = new(StringComparer.Ordinal);
    private readonly HashSet<(string File, FileStamp Stamp)> unhashable = [];
    private readonly ModelIndex index = new(folder.Path);
    private readonly CancellationTokenSource stopped = new();
    private Task hashing = Task.CompletedTask;

    internal ModelFolder Folder => folder;

    /// <summary>The file of the chat model that was chosen to answer and is still there; null when none was.</summary>
    internal string? Chosen => index.Chosen(configured) is { } file && File.Exists(file) ? file : null;

    internal void Choose(string file) => index.Choose(file, configured);

    /// <summary>What a person decided of a model in an earlier run; null when nobody did.</summary>
    internal KeptChoice? KeptOf(string file) => index.KeptOf(file);

    internal void Keep(string file, Func<KeptChoice, KeptChoice> change) => index.Keep(file, change);

    /// <summary>Reads a file's header, or remembers it while size and time are the same. A damaged file has a fault.</summary>
    internal ModelFacts Facts(string file, bool? embeds)
    {
        var stamp = FileStamp.Of(file);
        lock (gate)
        {
            if (facts.TryGetValue(file, out var known) && known.Stamp == stamp) { return known; }
        }
        var read = Read(file, embeds, stamp);
        lock (gate) { return facts[file] = read; }
    }

    /// <summary>The hash as far as it is known; one that is not is looked for in the background.</summary>
    internal string? KnownHash(string file)
    {
        if (index.HashOf(file) is { } known) { return known; }
        var stamp = FileStamp.Of(file);
        lock (gate)
        {
            if (hashing.IsCompleted && !stopped.IsCancellationRequested && !unhashable.Contains((file, stamp))) { hashing = Task.Run(HashMissing); }
        }
        return null;
    }

    /// <summary>The SHA-256 of a file, remembered or computed now. Where another is put in its place meanwhile, it is that one's.</summary>
    /// <exception cref="IOException">It cannot be read, or changes all the time.</exception>
    internal string Hash(string file, CancellationToken cancellation)
    {
        if (index.HashOf(file) is { } known) { return known; }
        for (var left = MostReadings; left > 0; left--)
        {
            var stamp = FileStamp.Of(file);
            if (stamp.Bytes == 0) { throw new IOException($"'{file}' is empty or no file."); } // to open a pipe would wait for a writer
            var hash = ReadThrough(file, cancellation);
            if (FileStamp.Of(file) != stamp) { continue; } // else what was read would be kept for what is there now
            index.Remember(file, stamp, hash);
            return hash;
        }
        throw new IOException($"'{file}' changes while it is read.");
    }

    /// <summary>Takes a hash over from who wrote the file.</summary>
    internal void Remember(string file, string sha256) => index.Remember(file, FileStamp.Of(file), sha256);

    /// <summary>Deletes a file of the folder and forgets it.</summary>
    internal void Delete(string file)
    {
        folder.Delete(file);
        index.Forget(file);
        lock (gate) { facts.Remove(file); }
    }

    public async ValueTask DisposeAsync()
    {
        if (stopped.IsCancellationRequested) { return; }
        await stopped.CancelAsync();
        await Task.WhenAny(hashing, Task.Delay(MostWait)); // a disk that does not answer keeps the program from nothing
        if (hashing.IsCompleted) { stopped.Dispose(); }
    }

    private static ModelFacts Read(string file, bool? embeds, FileStamp stamp)
    {
        try
        {
            var header = ModelHeader.Read(file);
            return new ModelFacts(stamp, header, ModelTraits.Of(header, file, embeds), null);
        }
        catch (Exception fault) when (ModelHeader.IsFault(fault))
        {
            return new ModelFacts(stamp, null, null, ModelHeader.Reason(fault));
        }
    }

    private static string ReadThrough(string file, CancellationToken cancellation)
    {
        using var stream = File.OpenRead(file);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            sha256.AppendData(buffer, 0, read);
        }
        return Convert.ToHexStringLower(sha256.GetHashAndReset());
    }

    private void HashMissing()
    {
        foreach (var (_, file) in folder.Files.ToList())
        {
            var stamp = FileStamp.Of(file);
            try
            {
                Hash(file, stopped.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                lock (gate) { unhashable.Add((file, stamp)); } // another content is tried anew
            }
        }
    }
}
