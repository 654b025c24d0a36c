namespace Platform.ModelHost.Engine.Models;

/// <summary>By what a file is taken for the same as before: its size and the time of its last change, of what a link points to. All zero for none.</summary>
internal readonly record struct FileStamp(long Bytes, long WrittenTicks)
{
    internal static FileStamp Of(string path)
    {
        FileSystemInfo info = new FileInfo(path);
        info = info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true) ?? info;
        return info is FileInfo { Exists: true } file ? new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks) : default;
    }
}
