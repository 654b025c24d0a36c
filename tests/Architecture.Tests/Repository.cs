using System.Runtime.CompilerServices;

namespace Platform.Architecture.Tests;

/// <summary>The repository's files as they lie on disk, without what builds and packages put there.</summary>
internal static class Repository
{
    private static readonly string[] Generated = ["artifacts", "node_modules", ".git", "runtimes", "bin", "obj", "data", "TestResults"];

    internal static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    internal static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Files below a folder whose names match one of the patterns, as paths relative to the root with forward slashes.</summary>
    internal static IReadOnlyList<string> Files(string folder, params string[] patterns)
    {
        List<string> found = [];
        Walk(PathOf(folder));
        return found;

        void Walk(string directory)
        {
            found.AddRange(patterns.SelectMany(p => Directory.EnumerateFiles(directory, p)).Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal));
            foreach (var child in Directory.EnumerateDirectories(directory).Where(d => !Generated.Contains(Path.GetFileName(d))).Order(StringComparer.Ordinal))
            {
                Walk(child);
            }
        }
    }

    internal static string Read(string relative) => File.ReadAllText(PathOf(relative));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
