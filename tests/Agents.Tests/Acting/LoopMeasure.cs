using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Platform.Agents.Tools;
using Platform.Retrieval;
using Platform.Retrieval.Storage;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Acting;

/// <summary>What the loop itself costs: 200 runs at once on a model and a tool that take no time, one that reads and one that writes. `Platform.Agents.Tests --as-child measure` in an otherwise idle machine; with `beside`, while another room writes to the same file all the time, in turn and as if it took none.</summary>
internal static class LoopMeasure
{
    private const int Runs = 200, Steps = 6;

    public static async Task RunAsync()
    {
        foreach (var (atOnce, tool) in new[] { (4, "look"), (64, "look"), (4, "send"), (64, "send") })
            await BatchesAsync(atOnce, tool, 5);
    }

    public static async Task RunBesideAsync()
    {
        foreach (var inTurn in new[] { true, false, true }) // the first while the program is still being compiled
        {
            using CancellationTokenSource leaving = new();
            var folder = Directory.CreateTempSubdirectory("measure-").FullName;
            await Console.Out.WriteLineAsync($"Beside a room that writes {(inTurn ? "in turn" : "without turns")}:");
            var writing = Task.CompletedTask;
            await BatchesAsync(4, "send", 3, folder, () => writing = WriteAsync(folder, inTurn, leaving.Token));
            await leaving.CancelAsync();
            await writing;
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Transactions of some milliseconds, as taking documents in has them.</summary>
    private static async Task WriteAsync(string folder, bool inTurn, CancellationToken leaving)
    {
        DbContextOptionsBuilder options = new();
        if (inTurn)
            PlatformDatabase.Use(options, null, folder);
        else
            options.UseSqlite($"Data Source={Path.Combine(new DataFolder(folder).Databases, "platform.db")}");
        List<double> took = [];
        while (!leaving.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            await using DbContext room = new(options.Options);
            await using (var transaction = await room.Database.BeginTransactionAsync(CancellationToken.None))
            {
                await room.Database.ExecuteSqlRawAsync("UPDATE room_versions SET version = version", CancellationToken.None);
                await Task.Delay(3, CancellationToken.None);
                await transaction.CommitAsync(CancellationToken.None);
            }
            took.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            await Task.Delay(5, CancellationToken.None);
        }
        took.Sort();
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"The other room: {took.Count} transactions, median {At(took, 0.5):0.0} ms, p95 {At(took, 0.95):0.0} ms, longest {took[^1]:0.0} ms"));
    }

    private static async Task BatchesAsync(int atOnce, string tool, int batches, string? folder = null, Action? begun = null)
    {
        using Chat chat = new(tool);
        await using var rig = await AgentsRig.StartAsync(chat, folder: folder, configure: o => (o.RunsAtOnce, o.WaitingRuns) = (atOnce, 500), tools: [new RecordingTool("look"), new RecordingTool("send", ToolEffects.Writes)]);
        begun?.Invoke();
        var agent = AgentLoopTests.Clerk with { Limits = new(Steps: 50) };
        for (var batch = 1; batch <= batches; batch++)
        {
            chat.Gaps.Clear();
            var (watch, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            var runs = await Task.WhenAll(Enumerable.Range(0, Runs).Select(i => rig.LetAsync(agent, $"{batch}.{i}")));
            var all = await Task.WhenAll(runs.Select(run => rig.EventsAsync(run)));
            var (took, used) = (watch.Elapsed, Environment.CpuUsage.TotalTime - processor);
            var whole = all.Count(events => events[^1].Name == "done" && events.Select(e => e.Seq).SequenceEqual(Enumerable.Range(1, events.Count)));
            var gaps = chat.Gaps.Order().ToList();
            await AgentsRig.UntilAsync(() => Task.FromResult(rig.Host.Live.Count == 0));
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{atOnce} at once, {tool}, batch {batch}: {whole} of {Runs} whole, {took.TotalSeconds:0.0} s and {used.TotalSeconds:0.0} s of processor; loop and tool between two questions: median {At(gaps, 0.5):0.0} ms, p95 {At(gaps, 0.95):0.0} ms, p99 {At(gaps, 0.99):0.0} ms of {gaps.Count}; live {GC.GetTotalMemory(forceFullCollection: true) / 1048576.0:0.0} MiB"));
        }
    }

    private static double At(List<double> sorted, double share) => sorted[(int)((sorted.Count - 1) * share)];

    /// <summary>Looks for something new at each question, then answers; notes how long a run took from an answer of it to its next question.</summary>
    private sealed class Chat(string tool) : DelegatingChatClient(Saying())
    {
        private readonly ConcurrentDictionary<string, long> ended = [];

        public ConcurrentQueue<double> Gaps { get; } = [];

        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var sent = messages.ToList();
            var question = sent.First(m => m.Role == ChatRole.User).Text;
            if (ended.TryRemove(question, out var before))
                Gaps.Enqueue(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            await Task.Yield();
            var done = sent.Count(m => m.Role == ChatRole.Tool);
            if (done < Steps)
                ended[question] = Stopwatch.GetTimestamp();
            yield return new ChatResponseUpdate(ChatRole.Assistant, [done < Steps ? Call(tool, new { text = $"{question} {done}" }) : new TextContent("Done.")]);
        }
    }
}
