namespace Platform.ModelHost.Engine.Models;

/// <summary>A folder of GGUF files that may be loaded by their names; null for none. Nothing outside it is ever reached by a name.</summary>
internal sealed class ModelFolder(string? path)
{
    private const string Ending = ".gguf";

    internal IEnumerable<(string Id, string Path)> Files =>
        path is null || !Directory.Exists(path) ? [] : Directory.EnumerateFiles(path, "*" + Ending).Select(f => (IdOf(f), f)).DistinctBy(f => f.Item1);

    /// <summary>The name of a file without its ending, in lower case.</summary>
    internal static string IdOf(string file) => System.IO.Path.GetFileNameWithoutExtension(file).ToLowerInvariant();

    /// <summary>The file of an id, or null.</summary>
    internal string? Find(string id) => Files.FirstOrDefault(f => f.Id.Equals(id, StringComparison.OrdinalIgnoreCase)).Path;
}
