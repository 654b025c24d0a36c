using System.IO.Enumeration;

namespace Platform.Web.Commands;

/// <summary>A file below a folder.</summary>
/// <param name="Called">Its name, or its path below the folder where several files have the name.</param>
/// <param name="LeftOut">Why it is not to be opened; null when it may be.</param>
internal sealed record FolderFile(FileInfo File, string Called, string? LeftOut)
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };

    /// <summary>All files of a folder and its subfolders, by path; hidden ones apart. Links are named and not followed; pipes and devices are named and not opened, for that could wait for ever or never end.</summary>
    internal static IReadOnlyList<FolderFile> Of(DirectoryInfo folder)
    {
        FileSystemEnumerable<FileInfo> found = new(folder.FullName, (ref FileSystemEntry entry) => new FileInfo(entry.ToFullPath()), Everything)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory || IsLink(ref entry),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLink(ref entry),
        };
        var files = found.OrderBy(f => f.FullName, StringComparer.Ordinal).ToArray();
        var shared = files.GroupBy(f => f.Name).Where(same => same.Count() > 1).Select(same => same.Key).ToHashSet();
        return [.. files.Select(file => new FolderFile(
            file, shared.Contains(file.Name) ? Path.GetRelativePath(folder.FullName, file.FullName).Replace(Path.DirectorySeparatorChar, '-') : file.Name, Obstacle(file)))];
    }

    private static bool IsLink(ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) != 0;

    // Whatever is no regular file has no length.
    private static string? Obstacle(FileInfo file) =>
        (file.Attributes & FileAttributes.ReparsePoint) != 0 ? "It is a link, and links are not followed."
        : file.Length == 0 ? "It is empty, or not a regular file (a pipe, a device)." : null;
}
