using System.Diagnostics;
using Platform.Fakes;

namespace Platform.Conformance.Tests;

/// <summary>One run of the scripts against one real service. The SDKs are restored by their lock file into the artifacts folder, once.</summary>
public sealed class JavaScriptRun : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    /// <summary>What the scripts said, a line a check.</summary>
    public IReadOnlyList<string> Lines { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "javascript");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "@anthropic-ai", "sdk")))
        {
            await RunAsync(folder, "npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error");
        }

        await using var host = await ModelHostFixture.StartAsync(("Engine:QueueLimit", "4"));
        foreach (var script in (string[])["conformance.mjs", "messages.mjs"])
        {
            Lines = [.. Lines, .. await RunAsync(folder, "node", script, new Uri(host.Endpoint, "/v1").ToString(), host.ApiKey)];
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<IReadOnlyList<string>> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var (said, complained) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.WaitForExitAsync(deadline.Token);
            return process.ExitCode == 0 ? (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries) : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await complained}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
