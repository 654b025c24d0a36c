namespace Platform.Web.Tests;

/// <summary>Where this repository lies.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"No Platform.sln lies above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }
}
