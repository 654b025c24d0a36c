namespace Platform.Training;

/// <summary>Files that appear whole or not at all, whenever the process ends.</summary>
internal static class WholeFile
{
    /// <summary>Writes beside the path, puts it on the disk and renames it.</summary>
    internal static void Write(string path, Action<FileStream> write)
    {
        var partial = path + ".partial";
        try
        {
            using (var file = new FileStream(partial, FileMode.Create, FileAccess.ReadWrite))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(partial); // on a full disk half a file takes the room that there is
            throw;
        }
    }
}
