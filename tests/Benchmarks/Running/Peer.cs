using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Benchmarks.Running;

/// <summary>node-llama-cpp in a process of its own, which generates in process; see tools/bench/peer/peer.js.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private readonly Process process;

    private Peer(Process process) => this.process = process;

    internal static async Task<Peer> StartAsync(string file, int sequences, int contextTokens)
    {
        var script = Places.Find("tools/bench/peer/peer.js");
        string[] arguments = [script, file, $"{sequences}", $"{contextTokens}", "512"];
        var start = new ProcessStartInfo("node", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var peer = new Peer(Process.Start(start) ?? throw new InvalidOperationException("node could not be started."));
        await peer.HearAsync("ready");
        return peer;
    }

    /// <summary>Generates one sequence a prompt, all at once, and measures as <see cref="ServedModel.DecodeAsync"/> does.</summary>
    internal async Task<Rate> DecodeAsync(IReadOnlyList<int[]> prompts, int tokens)
    {
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { prompts, tokens }, JsonSerializerOptions.Web));
        await process.StandardInput.FlushAsync();
        var before = await HearAsync("first");
        var cpu = ProcessCost.CpuSeconds(process.Id);
        var total = await HearAsync("last");
        var spent = ProcessCost.CpuSeconds(process.Id) - cpu;
        return total == prompts.Count * tokens ? new Rate(total - before, spent) : throw new InvalidOperationException($"The peer made {total} tokens of {prompts.Count * tokens}.");
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task<int> HearAsync(string word)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith('{') && JsonNode.Parse(line)![word] is JsonValue value) { return value.TryGetValue<int>(out var number) ? number : 0; }
        }
        throw new InvalidOperationException($"The peer ended while its '{word}' was awaited; its error output says why.");
    }
}

internal static class Places
{
    /// <summary>A file of the repository, from wherever in it this program was built.</summary>
    internal static string Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, path))) { return Path.Combine(folder.FullName, path); }
        }
        throw new FileNotFoundException($"No {path} above {AppContext.BaseDirectory}.");
    }

    internal static string Scratch => Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(Find("Platform.sln"))!, "artifacts", "bench")).FullName;
}
