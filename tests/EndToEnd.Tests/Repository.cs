using System.Runtime.CompilerServices;

namespace Platform.EndToEnd.Tests;

/// <summary>Where the repository, its programs and the output of these tests lie.</summary>
internal static class Repository
{
    internal static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    internal static string Samples => Path.Combine(Root, "samples");

    internal static string WebProgram => Built("Web");

    internal static string ModelHostProgram => Built("ModelHost.Server");

    /// <summary>A file among the test output, which is kept.</summary>
    internal static string Output(params string[] parts)
    {
        var folder = Environment.GetEnvironmentVariable("PLATFORM_TEST_OUTPUT") ?? Path.Combine(Root, "artifacts", "test-results");
        var path = Path.Combine([folder, .. parts]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    // In the configuration that these tests were built in.
    private static string Built(string project)
    {
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(Root, "artifacts", "bin", project, configuration, $"Platform.{project}");
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
