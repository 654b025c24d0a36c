namespace Platform.Retrieval;

/// <summary>Where everything lies on disk. Bound from `Data:Directory`; made at start with owner-only rights.</summary>
public sealed record DataFolder(string Path)
{
    /// <summary>platform.db, passages.db.</summary>
    public string Databases => System.IO.Path.Combine(Path, "db");

    /// <summary>Uploaded files by SHA-256.</summary>
    public string Files => System.IO.Path.Combine(Path, "files");

    /// <summary>Extracted texts and page images; can be made anew.</summary>
    public string Cache => System.IO.Path.Combine(Path, "cache");

    /// <summary>Makes a folder that only its owner may enter, with the folders above it; one that is there stays as it is.</summary>
    public static void MakePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
