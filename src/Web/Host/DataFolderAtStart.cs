using Platform.Retrieval;

namespace Platform.Web.Host;

/// <summary>Makes the data folder before anything needs it: keys, databases, files and cache lie in it.</summary>
public static class DataFolderAtStart
{
    /// <summary>The keys that protect cookies and tokens.</summary>
    public static string Keys(DataFolder data) => Path.Combine(data.Path, "keys");

    /// <summary>`Data:Directory` (default ./data) as an absolute path.</summary>
    public static string PathOf(IConfiguration configuration) => Path.GetFullPath(configuration["Data:Directory"] is { } configured && !string.IsNullOrWhiteSpace(configured) ? configured : "data");

    /// <summary>Makes the folder that <see cref="PathOf"/> names; new folders are open to their owner only.</summary>
    public static DataFolder Make(IConfiguration configuration)
    {
        var data = new DataFolder(PathOf(configuration));
        foreach (var folder in (string[])[data.Path, data.Databases, data.Files, data.Cache, Keys(data)])
        {
            DataFolder.MakePrivate(folder);
        }

        return data;
    }
}
