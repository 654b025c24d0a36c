using System.Diagnostics;

namespace Platform.Web.Supervision;

/// <summary>One life of the model host's process. Its standard input is the tie: it ends when that closes, so not even a killed parent leaves it behind.</summary>
public sealed class ModelHostChild : IAsyncDisposable
{
    /// <summary>Exit code of a host whose settings cannot be run with. The last complaint says why.</summary>
    public const int BadSettings = 2;

    /// <summary>Exit code of a host whose models or native libraries cannot be used. The last complaint says why.</summary>
    public const int ModelsUnusable = 3;

    /// <summary>Exit code of a host whose address is another program's.</summary>
    public const int CannotListen = 4;

    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(5);
    private static readonly string[] NotForTheChild = ["ASPNETCORE_", "PLATFORM_ADMIN_", "ConnectionStrings__", "ModelHost__", "Kestrel__", "URLS", "HTTP_PORTS", "HTTPS_PORTS", "DOTNET_URLS"];
    private readonly Process process;
    private readonly ILogger log;
    private string? lastComplaint;

    private ModelHostChild(Process process, ILogger log) => (this.process, this.log) = (process, log);

    public int ProcessId => process.Id;

    /// <summary>The last line that it wrote to standard error, or null.</summary>
    public string? LastComplaint => Volatile.Read(ref lastComplaint);

    /// <summary>Starts it. FileNotFoundException when the program is absent; Win32Exception when it cannot be run.</summary>
    public static ModelHostChild Start(ModelHostLaunch launch, ILogger log)
    {
        if (!File.Exists(launch.Program))
        {
            throw new FileNotFoundException($"The model host's program is not at {launch.Program}. Build it, or set ModelHost:Program.", launch.Program);
        }

        var start = new ProcessStartInfo(launch.Program)
        {
            UseShellExecute = false, CreateNoWindow = true, WorkingDirectory = Path.GetDirectoryName(launch.Program),
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => NotForTheChild.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))).ToList())
        {
            start.Environment.Remove(name); // neither Web's address nor its secrets are the child's business
        }

        foreach (var (name, value) in launch.ChildEnvironment.Where(pair => pair.Value is not null))
        {
            start.Environment[name] = value;
        }

        var child = new ModelHostChild(new Process { StartInfo = start }, log);
        child.process.OutputDataReceived += (_, line) => child.Hear(line.Data, complaint: false);
        child.process.ErrorDataReceived += (_, line) => child.Hear(line.Data, complaint: true);
        child.process.Start();
        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Waits for its end; the exit code (128 + signal when it was killed). All that it wrote has been heard by then.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }

    /// <summary>Asks it to leave by closing its input; kills it when it has not left after 5 s.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(LeaveWithin);
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            log.LogWarning("The model host did not leave within {Patience} and is killed", LeaveWithin);
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            await process.WaitForExitAsync(CancellationToken.None); // its end of the pipe is gone already
        }
        finally
        {
            process.Dispose();
        }
    }

    private void Hear(string? line, bool complaint)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        if (complaint)
        {
            // The last one is told as the reason of the end; it need not stand in the log twice.
            if (Interlocked.Exchange(ref lastComplaint, line) is { } earlier)
            {
                log.LogWarning("model host: {Line}", earlier);
            }
        }
        else if (log.IsEnabled(LogLevel.Information))
        {
            log.LogInformation("model host: {Line}", line);
        }
    }
}
