namespace Platform.ModelHost.Engine.Models;

/// <summary>Finds files of the model folder by their ids without reading the folder for each unknown name: a listing is good for a second, or until one of its folders has changed.</summary>
internal sealed class FolderListing(ModelFolder folder, TimeProvider time)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);
    private volatile Listed? last;

    /// <summary>The file of an id, or null.</summary>
    internal string? Find(string id)
    {
        var listed = last is { } known && time.GetElapsedTime(known.At) < GoodFor && known.Folders.All(f => Directory.GetLastWriteTimeUtc(f.Key) == f.Value) ? known : last = List();
        return listed.Files.GetValueOrDefault(id);
    }

    private Listed List()
    {
        var at = time.GetTimestamp();
        // The times first: what comes while the files are listed makes them look changed.
        var folders = folder.Folders.ToDictionary(path => path, Directory.GetLastWriteTimeUtc, StringComparer.Ordinal);
        var files = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (id, path) in folder.Files) { files.TryAdd(id, path); }
        return new Listed(at, folders, files);
    }

    private sealed record Listed(long At, Dictionary<string, DateTime> Folders, Dictionary<string, string> Files);
}
