using System.Diagnostics;

namespace Platform.Web.Tests.Commands;

/// <summary>The script at the repository's root, as far as it goes before anything is built.</summary>
public sealed class PlatformScriptTests
{
    [Fact]
    public async Task Doctor_on_a_machine_without_the_SDK_and_Node_says_both_and_builds_nothing()
    {
        var tools = Directory.CreateTempSubdirectory("web-tests-path-");
        try
        {
            File.CreateSymbolicLink(Path.Combine(tools.FullName, "dirname"), "/usr/bin/dirname");
            var start = new ProcessStartInfo("/bin/bash", [Path.Combine(Repository.Root, "platform"), "doctor"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["PATH"] = tools.FullName;
            using var script = Process.Start(start)!;
            var error = script.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var said = await script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await script.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(1, script.ExitCode);
            Assert.Contains("MISS  the .NET 10 SDK is missing.", said, StringComparison.Ordinal);
            Assert.Contains("MISS  Node.js with npm is missing", said, StringComparison.Ordinal);
            Assert.DoesNotContain("Building", await error, StringComparison.Ordinal);
        }
        finally
        {
            tools.Delete(recursive: true);
        }
    }
}
