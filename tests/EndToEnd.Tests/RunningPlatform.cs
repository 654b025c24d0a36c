using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Platform.Fakes;

namespace Platform.EndToEnd.Tests;

/// <summary>The whole program as a person starts it: the Web process with its model host child, a free port, a data folder of its own.</summary>
internal sealed partial class RunningPlatform : IAsyncDisposable
{
    internal const string AdminEmail = "ada@example.org";
    internal const string AdminPassword = "a quiet green morning";
    private const int Sigterm = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static int _ports = Environment.ProcessId * 100; // two runs on one machine begin elsewhere

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningPlatform(string data, int port, IEnumerable<(string Key, string Value)> settings)
    {
        Data = data;
        Address = $"http://127.0.0.1:{port}";
        // Started in the background, a test run ignores SIGINT, and so would all that it starts: env puts that right.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", Repository.WebProgram, "serve", "--port", $"{port}", "--data", data]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"The program ended early:\n{Log}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    internal string Address { get; }

    internal string Data { get; }

    internal int ProcessId => _process.Id;

    internal string Log => string.Join('\n', _said);

    /// <summary>The model host children that live now.</summary>
    internal IReadOnlyList<int> ModelHosts => ChildrenOf(ProcessId);

    /// <summary>With an administrator (AdminEmail, AdminPassword).</summary>
    internal static Task<RunningPlatform> StartAsync(params IEnumerable<(string Key, string Value)> settings)
        => StartEmptyAsync([("PLATFORM_ADMIN_EMAIL", AdminEmail), ("PLATFORM_ADMIN_PASSWORD", AdminPassword), .. settings]);

    /// <summary>As a first start finds it.</summary>
    internal static async Task<RunningPlatform> StartEmptyAsync(params IEnumerable<(string Key, string Value)> settings)
    {
        var running = new RunningPlatform(Directory.CreateTempSubdirectory("e2e-").FullName, FreePort(), settings);
        await running._ready.Task.WaitAsync(Patience);
        return running;
    }

    internal void Signal(int signal) => Signal(ProcessId, signal);

    internal static void Signal(int process, int signal) => Assert.Equal(0, Kill(process, signal));

    /// <summary>Kills every model host that lives until something was seen: a single one may be back before a busy page has looked. The program gives up after eleven, each of them waited for twice as long as the one before.</summary>
    internal async Task KeepModelHostAwayUntilAsync(Task seen)
    {
        const int sigkill = 9;
        while (!seen.IsCompleted)
        {
            foreach (var host in ModelHosts)
            {
                _ = Kill(host, sigkill); // it may have ended by itself
            }
            await Task.WhenAny(seen, Task.Delay(TimeSpan.FromMilliseconds(50)));
        }
        await seen;
    }

    internal Task WaitForExitAsync(CancellationToken cancellation) => _process.WaitForExitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal(Sigterm);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }
        _process.Dispose();
        await TestFolders.DeleteAsync(Data);
    }

    /// <summary>A port that nobody uses, and that nobody is given meanwhile: below those that the system gives to connections, and each once.</summary>
    internal static int FreePort()
    {
        const int first = 20_000, many = 10_000;
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                var port = first + (int)((uint)Interlocked.Increment(ref _ports) % many);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // somebody's: the next
            }
        }
    }

    internal static bool Lives(int process) => Read($"/proc/{process}/stat") is { Length: > 0 } told && !told.Contains(") Z ", StringComparison.Ordinal);

    private static List<int> ChildrenOf(int parent) =>
        [.. Directory.EnumerateDirectories($"/proc/{parent}/task").SelectMany(task => Read(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse))
            .Distinct().Where(p => Read($"/proc/{p}/cmdline").Contains("ModelHost.Server", StringComparison.Ordinal))];

    // Of threads and processes, which may end between the look and the reading.
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }
        _said.Enqueue(line);
        if (line.StartsWith("The Platform is ready:", StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
