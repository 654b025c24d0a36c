namespace Platform.Web.Tests;

/// <summary>Where this repository lies.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>An executable of this build, made in the same configuration as these tests.</summary>
    public static string Program(string project) => Path.Combine(Root, "artifacts", "bin", project, new DirectoryInfo(AppContext.BaseDirectory).Name, $"Platform.{project}");

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
