using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Platform.ModelHost.Engine.Work;

/// <summary>What a child may take.</summary>
/// <param name="MemoryBytes">Memory of its own; a model's file that is only mapped does not count.</param>
internal sealed record WorkLimits(long MemoryBytes, TimeSpan Time);

/// <summary>Starts this program again for one piece of native work: what crashes there ends the child and nobody else. The child is killed when the caller cancels, and ends by itself when this process is gone.</summary>
public sealed class NativeWorker
{
    /// <summary>The verb by which the program is started for it.</summary>
    public const string Verb = "work";

    private readonly string[] command;

    /// <param name="command">The program, and what stands before the verb.</param>
    public NativeWorker(params string[] command) => this.command = command;

    /// <summary>The program that runs.</summary>
    public static NativeWorker OfThisProgram() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? new NativeWorker(Environment.ProcessPath!, Assembly.GetEntryAssembly()!.Location) : new NativeWorker(Environment.ProcessPath!);

    /// <param name="order">What to do.</param>
    /// <param name="limits">What it may take.</param>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <param name="cancellation">Kills the child.</param>
    /// <exception cref="WorkException">It did not come to its end.</exception>
    internal async Task<WorkReport> RunAsync(WorkOrder order, WorkLimits limits, Action<double>? progress, CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = ChildStart.Of([.. command, Verb], limits.MemoryBytes) };
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(limits.Time);
        Begin(process);
        try
        {
            var errors = ChildErrors.ReadAsync(process.StandardError.BaseStream, time.Token);
            await TellAsync(process, order, time.Token);
            var report = await ListenAsync(process.StandardOutput, progress, time.Token);
            await process.WaitForExitAsync(time.Token);
            return report is { Refusal: { } refusal } ? throw new WorkException(WorkFailure.Refused, refusal)
                : process.ExitCode == 0 && report is not null ? report
                : throw ChildErrors.Of(process.ExitCode, await errors, limits);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new WorkException(WorkFailure.OutOfTime, $"it did not finish within {limits.Time.TotalSeconds.ToString("N0", CultureInfo.InvariantCulture)} seconds");
        }
        catch (JsonException fault)
        {
            throw new WorkException(WorkFailure.Ended, "it said what cannot be read", fault);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None); // its files are closed when this returns
            }
        }
    }

    private static void Begin(Process process)
    {
        try
        {
            process.Start();
        }
        catch (Win32Exception fault)
        {
            throw new WorkException(WorkFailure.NotStarted, $"no process could be started for it: {new Win32Exception(fault.NativeErrorCode).Message}", fault);
        }
    }

    private static async Task TellAsync(Process process, WorkOrder order, CancellationToken cancellation)
    {
        try
        {
            var input = process.StandardInput.BaseStream; // stays open: its end tells the child that this process is gone
            await JsonSerializer.SerializeAsync(input, order, WorkJson.Default.WorkOrder, cancellation);
            await input.WriteAsync("\n"u8.ToArray(), cancellation);
            await input.FlushAsync(cancellation);
        }
        catch (IOException) when (!cancellation.IsCancellationRequested)
        {
            await process.WaitForExitAsync(cancellation); // it is gone already; its end says why
        }
    }

    /// <summary>The last report, or null when it ended without one.</summary>
    private static async Task<WorkReport?> ListenAsync(StreamReader output, Action<double>? progress, CancellationToken cancellation)
    {
        while (await output.ReadLineAsync(cancellation) is { } line)
        {
            if (!line.StartsWith('{')) { continue; } // a library's own words
            var report = JsonSerializer.Deserialize(line, WorkJson.Default.WorkReport);
            if (report is { Progress: { } share }) { progress?.Invoke(Math.Clamp(share, 0, 1)); }
            else if (report is not null) { return report; }
        }
        return null;
    }
}
