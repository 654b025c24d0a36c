using System.Security.Cryptography;
using System.Text;

namespace Platform.ModelHost.Engine.Models;

/// <summary>A folder of GGUF files, with its subfolders, that may be loaded by their names; null for none. Nothing outside it is ever reached by a name.</summary>
internal sealed class ModelFolder(string? path)
{
    internal const string Ending = ".gguf", Card = ".md", Between = "--";
    private const int DeepestFolder = 6;

    private static readonly EnumerationOptions Walk = new() { RecurseSubdirectories = true, MaxRecursionDepth = DeepestFolder, IgnoreInaccessible = true };

    /// <summary>Absolute, without a separator at its end.</summary>
    internal string? Path { get; } = path is null ? null : System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));

    /// <summary>Every model file by its id; of two with one id the first by path.</summary>
    internal IEnumerable<(string Id, string Path)> Files => Path is null || !Directory.Exists(Path) ? []
        : Directory.EnumerateFiles(Path, "*" + Ending, Walk).Where(file => !IsHidden(file)).Order(StringComparer.Ordinal).Select(file => (IdOf(file), file)).DistinctBy(file => file.Item1);

    /// <summary>The folder and its subfolders, where model files may lie; none where it is not there.</summary>
    internal IEnumerable<string> Folders => Path is null || !Directory.Exists(Path) ? [] : Directory.EnumerateDirectories(Path, "*", Walk).Where(below => !IsHidden(below)).Prepend(Path);

    internal bool Holds(string file) => Path is not null && System.IO.Path.GetFullPath(file).StartsWith(Path + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The id of a file: its name without the ending, in lower case; in a subfolder the folders' names before it, as owner--repo--file. URL-safe and without paths: a name of other characters gets a hash of itself.</summary>
    internal string IdOf(string file)
    {
        var full = System.IO.Path.GetFullPath(file);
        var name = System.IO.Path.ChangeExtension(Holds(full) ? System.IO.Path.GetRelativePath(Path!, full) : System.IO.Path.GetFileName(full), null);
        var plain = name.Replace(System.IO.Path.DirectorySeparatorChar.ToString(), Between, StringComparison.Ordinal).ToLowerInvariant();
        var safe = string.Concat(plain.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' ? letter : '-'));
        return safe == plain ? safe : $"{safe}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plain)))[..8]}";
    }

    /// <summary>The file of an id, or null.</summary>
    internal string? Find(string id) => Files.FirstOrDefault(file => file.Id.Equals(id, StringComparison.OrdinalIgnoreCase)).Path;

    /// <summary>Deletes a file of the folder with its card, and folders that are empty then.</summary>
    internal void Delete(string file)
    {
        File.Delete(file);
        File.Delete(System.IO.Path.ChangeExtension(file, Card));
        for (var parent = System.IO.Path.GetDirectoryName(file)!; parent != Path && !Directory.EnumerateFileSystemEntries(parent).Any(); parent = System.IO.Path.GetDirectoryName(parent)!) { Directory.Delete(parent); }
    }

    /// <summary>Below a folder whose name begins with a dot: what is being downloaded lies there.</summary>
    private bool IsHidden(string file) => System.IO.Path.GetRelativePath(Path!, file).Split(System.IO.Path.DirectorySeparatorChar).Any(part => part[0] == '.');
}
