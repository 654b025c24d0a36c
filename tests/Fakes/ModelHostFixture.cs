using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;

namespace Platform.Fakes;

/// <summary>The real model service as a process of its own, on a free port with a key of its own, with the seed models. It ends with this object, and with the test process however that ends.</summary>
public sealed class ModelHostFixture : IAsyncDisposable
{
    private const string ListeningLine = "Now listening on: ";
    private const int KeptLines = 200;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpClient? _http;

    private ModelHostFixture(IEnumerable<(string Key, string Value)> settings)
    {
        var start = new ProcessStartInfo(ServerProgram) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        (string Key, string Value)[] usual =
        [
            ("Server:Url", "http://127.0.0.1:0"), ("Server:ApiKey", ApiKey), ("Server:ExitWithParent", "true"),
            ("Engine:ChatModel", ChatModelPath), ("Engine:EmbeddingModel", EmbeddingModelPath), ("Engine:Threads", "1"),
        ];
        foreach (var (key, value) in usual.Concat(settings))
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Hear(line.Data, _output);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data, _errors);
        _process.Exited += (_, _) => _listening.TrySetCanceled();
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public const string ChatModel = "seed-chat";

    public const string EmbeddingModel = "seed-embed";

    public static string ChatModelPath => FindAbove(Path.Combine("models", ChatModel + ".gguf"));

    public static string EmbeddingModelPath => FindAbove(Path.Combine("models", EmbeddingModel + ".gguf"));

    /// <summary>The program as it was built in the test's own configuration.</summary>
    public static string ServerProgram
    {
        get
        {
            var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            var name = OperatingSystem.IsWindows() ? "Platform.ModelHost.Server.exe" : "Platform.ModelHost.Server";
            return FindAbove(Path.Combine("artifacts", "bin", "ModelHost.Server", configuration, name));
        }
    }

    public string ApiKey { get; } = Guid.NewGuid().ToString("N");

    public Uri Endpoint { get; private set; } = null!;

    public int ProcessId => _process.Id;

    /// <summary>Calls to the service with its key.</summary>
    public HttpClient Http => _http ??= NewHttp();

    public string ErrorOutput => string.Join('\n', _errors);

    /// <summary>Both outputs, the last lines of each.</summary>
    public string Log => string.Join('\n', _output) + "\n" + ErrorOutput;

    /// <summary>Starts it and waits until it is ready. Settings are configuration keys, such as ("Engine:Slots", "1").</summary>
    public static async Task<ModelHostFixture> StartAsync(params IEnumerable<(string Key, string Value)> settings)
    {
        var host = Launch(settings);
        try
        {
            await host.WaitUntilReadyAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it and waits for nothing: for tests of the start itself.</summary>
    public static ModelHostFixture Launch(params IEnumerable<(string Key, string Value)> settings) => new(settings);

    public async Task WaitUntilListeningAsync()
    {
        try
        {
            Endpoint = await _listening.Task.WaitAsync(Deadline);
        }
        catch (TaskCanceledException)
        {
            await _process.WaitForExitAsync();
            throw new InvalidOperationException($"The model service ended with code {_process.ExitCode}: {Log}");
        }
    }

    public async Task WaitUntilReadyAsync()
    {
        await WaitUntilListeningAsync();
        using var deadline = new CancellationTokenSource(Deadline);
        while (!_process.HasExited)
        {
            using var answer = await Http.GetAsync(new Uri("/health", UriKind.Relative), deadline.Token);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(20, deadline.Token);
        }

        throw new InvalidOperationException($"The model service ended with code {_process.ExitCode}: {Log}");
    }

    /// <summary>Kill -9, as a crash of native code is.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return WaitForExitAsync();
    }

    /// <summary>What a parent's death looks like from inside.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        return _process.ExitCode;
    }

    public HttpClient NewHttp()
    {
        var http = new HttpClient { BaseAddress = Endpoint, Timeout = Deadline };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true); // a trainer that goes on takes time from the next test
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static string FindAbove(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var found = Path.Combine(folder.FullName, path);
            if (File.Exists(found))
            {
                return found;
            }
        }

        throw new FileNotFoundException($"No {path} above {AppContext.BaseDirectory}.");
    }

    private void Hear(string? line, ConcurrentQueue<string> lines)
    {
        if (line is null)
        {
            return;
        }

        lines.Enqueue(line);
        while (lines.Count > KeptLines)
        {
            lines.TryDequeue(out _);
        }

        var at = line.IndexOf(ListeningLine, StringComparison.Ordinal);
        if (at >= 0)
        {
            _listening.TrySetResult(new Uri(line[(at + ListeningLine.Length)..].Trim()));
        }
    }
}
