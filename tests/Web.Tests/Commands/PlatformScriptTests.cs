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

    /// <summary>Each would write into the other's log and outputs.</summary>
    [Fact]
    public async Task Of_two_starts_at_once_the_second_waits_for_the_first_to_build()
    {
        var folder = Directory.CreateTempSubdirectory("web-tests-build-");
        try
        {
            var script = Path.Combine(folder.FullName, "platform");
            File.Copy(Path.Combine(Repository.Root, "platform"), script);
            var tools = folder.CreateSubdirectory("tools").FullName;
            folder.CreateSubdirectory("src");
            foreach (var name in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json"])
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, name), "", TestContext.Current.CancellationToken);
            await ToolAsync("npm", "");
            await ToolAsync("node", "echo v22.0.0");
            await ToolAsync("dotnet", $"""
                [ "$1" = build ] || exit 0
                echo "$2" >>"{folder.FullName}/builds"
                until [ -e "{folder.FullName}/go" ] || [ ! -d "{folder.FullName}" ]; do sleep 0.02; done
                cd "{folder.FullName}"
                for program in Web/release/Platform.Web ModelHost.Server/release/Platform.ModelHost.Server Training.Worker/release/Platform.Training; do
                  mkdir -p "artifacts/bin/$(dirname $program)"; touch "artifacts/bin/$program"; chmod +x "artifacts/bin/$program"
                done
                """);
            using var first = Build();
            while (!File.Exists(Path.Combine(folder.FullName, "builds")))
            {
                Assert.True(!first.HasExited, first.HasExited ? await first.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) : "");
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
            using var second = Build();
            Assert.Contains("waiting", await second.StandardError.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "go"), "", TestContext.Current.CancellationToken);
            await first.WaitForExitAsync(TestContext.Current.CancellationToken);
            await second.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
            Assert.Equal(3, (await File.ReadAllLinesAsync(Path.Combine(folder.FullName, "builds"), TestContext.Current.CancellationToken)).Length);

            async Task ToolAsync(string name, string lines)
            {
                await File.WriteAllTextAsync(Path.Combine(tools, name), $"#!/bin/bash\n{lines}\n", TestContext.Current.CancellationToken);
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(tools, name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }

            Process Build()
            {
                var start = new ProcessStartInfo("/bin/bash", [script, "build"]) { RedirectStandardError = true };
                start.Environment["PATH"] = $"{tools}:{start.Environment["PATH"]}";
                return Process.Start(start)!;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
