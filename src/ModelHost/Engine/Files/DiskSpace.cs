using System.Globalization;

namespace Platform.ModelHost.Engine.Files;

/// <summary>Whether a disk has room for a new file.</summary>
internal static class DiskSpace
{
    private const long SpareBytes = 64L << 20;

    /// <param name="directory">Where the file will lie.</param>
    /// <param name="bytes">Of the file.</param>
    /// <param name="where">That place in words.</param>
    /// <param name="otherwise">What can be done besides making room; begins with a space or is empty.</param>
    /// <exception cref="EngineException">NoSpace.</exception>
    internal static void Check(string directory, long bytes, string where, string otherwise = "")
    {
        var (needed, free) = (bytes + SpareBytes, new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace);
        if (needed > free) { throw new EngineException(EngineErrorKind.NoSpace, string.Create(CultureInfo.InvariantCulture, $"The new file needs about {needed >> 20} MiB, and {free >> 20} MiB are free {where}. Make room{otherwise}.")); }
    }
}
