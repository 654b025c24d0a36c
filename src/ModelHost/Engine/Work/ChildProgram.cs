using System.ComponentModel;
using System.Diagnostics;

namespace Platform.ModelHost.Engine.Work;

/// <summary>Another program of this house, started as a child for one piece of work: what crashes there ends the child and nobody else.</summary>
/// <param name="path">The executable.</param>
public sealed class ChildProgram(string path)
{
    private const int Refused = 1; // by habit of our programs: one sentence on standard error says why
    private const string FaultMark = "fault: "; // and another line, perhaps, names it

    /// <summary>Starts it, with its three streams for the caller.</summary>
    /// <param name="what">What is done, to begin a sentence with.</param>
    /// <param name="memoryBytes">The most memory that it may take.</param>
    /// <param name="words">Its arguments.</param>
    /// <exception cref="EngineException">Kind WorkFailed: it cannot be started.</exception>
    public Process Start(string what, long memoryBytes, params IEnumerable<string> words)
    {
        var process = new Process { StartInfo = ChildStart.Of([path, .. words], memoryBytes) };
        try
        {
            process.Start();
            return process;
        }
        catch (Win32Exception fault)
        {
            process.Dispose();
            throw new EngineException(EngineErrorKind.WorkFailed, $"{what} failed: no process could be started for it: {new Win32Exception(fault.NativeErrorCode).Message}.", fault);
        }
    }

    /// <summary>Runs it to its end. It is killed when the caller cancels.</summary>
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="EngineException">WorkFailed with its reason, or OutOfMemory.</exception>
    /// <inheritdoc cref="Start" path="/param"/>
    public async Task<string> RunAsync(string what, long memoryBytes, IEnumerable<string> words, CancellationToken cancellation)
    {
        using var process = Start(what, memoryBytes, words);
        try
        {
            process.StandardInput.Close();
            var errors = ErrorsAsync(process, cancellation);
            var said = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? said : throw Failure(what, process.ExitCode, await errors, memoryBytes);
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

    /// <summary>The start of what a child writes to its error stream, read to the end.</summary>
    public static Task<string> ErrorsAsync(Process process, CancellationToken cancellation) => ChildErrors.ReadAsync(process.StandardError.BaseStream, cancellation);

    /// <summary>Why a child ended that did not do its work.</summary>
    /// <param name="what">What it was to do, to begin a sentence with.</param>
    /// <param name="code">Its exit code.</param>
    /// <param name="errors">From <see cref="ErrorsAsync"/>.</param>
    /// <param name="memoryBytes">What it might take.</param>
    public static EngineException Failure(string what, int code, string errors, long memoryBytes)
    {
        if (code == Refused && errors.Trim() is { Length: > 0 } reason)
        {
            return new EngineException(EngineErrorKind.WorkFailed, $"{what} failed: {reason.Split('\n')[0].TrimEnd('.')}.") { Fault = reason.Split('\n').FirstOrDefault(line => line.StartsWith(FaultMark, StringComparison.Ordinal))?[FaultMark.Length..].Trim() };
        }
        var fault = ChildErrors.Of(code, errors, new WorkLimits(memoryBytes, TimeSpan.MaxValue));
        return new EngineException(fault.Failure == WorkFailure.OutOfMemory ? EngineErrorKind.OutOfMemory : EngineErrorKind.WorkFailed, $"{what} failed: {fault.Message.TrimEnd('.')}.", fault);
    }
}
