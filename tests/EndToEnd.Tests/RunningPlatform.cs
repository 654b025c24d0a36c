using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Platform.EndToEnd.Tests;

/// <summary>The whole program as a person starts it: the Web process with its model host child, a free port, a data folder of its own.</summary>
internal sealed partial class RunningPlatform : IAsyncDisposable
{
    internal const string AdminEmail = "ada@example.org";
    internal const string AdminPassword = "a quiet green morning";
    private const int Sigterm = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

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
            }
        }
        _process.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    internal static bool Lives(int process) => Directory.Exists($"/proc/{process}") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static List<int> ChildrenOf(int parent) =>
        [.. File.ReadAllText($"/proc/{parent}/task/{parent}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)
            .Concat(Directory.EnumerateDirectories($"/proc/{parent}/task").SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)))
            .Distinct().Where(p => File.ReadAllText($"/proc/{p}/cmdline").Contains("ModelHost.Server", StringComparison.Ordinal))];

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
