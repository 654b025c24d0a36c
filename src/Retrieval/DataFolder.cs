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

    /// <summary>How to open a file for writing that only its owner may read; one that is there keeps its rights.</summary>
    public static FileStreamOptions PrivateFile(FileMode mode, FileAccess access, FileShare share)
    {
        FileStreamOptions options = new() { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    /// <summary>Writes a small file anew that only its owner may read.</summary>
    public static void WritePrivate(string path, string text)
    {
        File.Delete(path); // or it would keep its rights
        using StreamWriter file = new(path, PrivateFile(FileMode.CreateNew, FileAccess.Write, FileShare.Read));
        file.Write(text);
    }
}
