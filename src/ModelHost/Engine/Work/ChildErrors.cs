using System.Globalization;
using System.Text;

namespace Platform.ModelHost.Engine.Work;

/// <summary>What a child's end says about its cause.</summary>
internal static class ChildErrors
{
    private const int Kept = 16 << 10, Told = 300;
    private static readonly string[] WantOfMemory = ["bad_alloc", "OutOfMemory", "Out of memory", "insufficient memory", "Cannot allocate memory"]; // of C++, .NET, ggml and the system
    private const int Signalled = 128, Abort = 6, Kill = 9, NotExecutable = 126, NotFound = 127;

    /// <summary>The start of what it writes to its error stream, read to the end.</summary>
    internal static async Task<string> ReadAsync(Stream errors, CancellationToken cancellation)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[4_096];
        for (int read; (read = await errors.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (kept.Length < Kept) { kept.Write(buffer, 0, read); }
        }
        return Encoding.UTF8.GetString(kept.ToArray());
    }

    internal static WorkException Of(int code, string errors, WorkLimits limits)
    {
        if (code == Signalled + Kill) { return new WorkException(WorkFailure.OutOfMemory, "the system killed it, most likely for want of memory"); }
        if (WantOfMemory.Any(words => errors.Contains(words, StringComparison.OrdinalIgnoreCase)))
        {
            return new WorkException(WorkFailure.OutOfMemory, $"it wanted more than the {(limits.MemoryBytes >> 20).ToString("N0", CultureInfo.InvariantCulture)} MiB that it may take");
        }
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var said = lines.FirstOrDefault(line => line.StartsWith("llama.cpp ends", StringComparison.Ordinal)) ?? lines.FirstOrDefault();
        var how = code > Signalled ? $"it was ended by signal {code - Signalled}{Name(code - Signalled)}" : $"it ended with code {code}";
        var failure = IsOwnFault(code) ? WorkFailure.Crashed : code is NotExecutable or NotFound ? WorkFailure.NotStarted : WorkFailure.Ended;
        return new WorkException(failure, said is null ? how : $"{how}: {Tellable(said)}");
    }

    /// <summary>A line for callers. Of an exception that nobody caught its type alone: its message may name paths.</summary>
    private static string Tellable(string line)
    {
        const string uncaught = "Unhandled exception. ";
        if (line.StartsWith(uncaught, StringComparison.Ordinal)) { line = uncaught + line[uncaught.Length..].Split(':')[0]; }
        return line.Length > Told ? line[..Told] + "…" : line;
    }

    /// <summary>What only the work can have brought about, and no shutdown: an illegal instruction, an abort, a bus error, an arithmetic fault, a wrong address.</summary>
    private static bool IsOwnFault(int code) => OperatingSystem.IsWindows()
        ? (uint)code is 0xC000001D or 0xC0000409 or 0xC0000094 or 0xC0000005
        : code - Signalled is 4 or Abort or 7 or 8 or 11;

    private static string Name(int signal) => signal switch { Abort => " (abort)", 4 => " (illegal instruction)", 7 => " (bus error)", 8 => " (arithmetic)", 11 => " (segmentation fault)", 15 => " (termination)", _ => "" };
}
