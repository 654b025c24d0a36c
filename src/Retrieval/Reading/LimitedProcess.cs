using System.Diagnostics;
using System.Text;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading;

/// <summary>How a limited child process ended, and the start of what it said on its error stream.</summary>
internal sealed record LimitedRun(int ExitCode, string Errors);

/// <summary>Runs a parser of untrusted files as a child with limits of processor time, memory, wall time and output. It is killed when the caller cancels.</summary>
internal static class LimitedProcess
{
    private const int ErrorsKept = 4096, NotFound = 127, Aborted = 134, OutOfProcessorTime = 152;

    // The limits are set by the child itself before it becomes the tool, so there is no moment without them.
    private const string Script = "ulimit -c 0; ulimit -v \"$1\"; ulimit -t \"$2\"; shift 2; exec \"$@\"";

    /// <summary>Throws IngestException: ReaderMissing, OutOfTime, OutOfMemory or Bomb (too much output). Any other end is left to the caller.</summary>
    public static async Task<LimitedRun> RunAsync(string program, IReadOnlyList<string> arguments, TimeSpan limit, long mostOutput, Func<Stream, CancellationToken, Task> read, CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = Start(program, arguments, limit) };
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(limit);
        Begin(process);
        try
        {
            process.StandardInput.Close();
            var errors = ReadErrorsAsync(process.StandardError.BaseStream, time.Token);
            var output = new CappedStream(process.StandardOutput.BaseStream, mostOutput, program);
            await read(output, time.Token);
            await process.WaitForExitAsync(time.Token);
            var run = new LimitedRun(process.ExitCode, await errors);
            return Checked(run, program, limit);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw OutOfTime(program, limit);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static ProcessStartInfo Start(string program, IReadOnlyList<string> arguments, TimeSpan limit)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        string[] all = ["-c", Script, "sh", ReaderLimits.ChildMemoryKiB.ToString(System.Globalization.CultureInfo.InvariantCulture), ((int)Math.Ceiling(limit.TotalSeconds) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), program, .. arguments];
        foreach (var argument in all) start.ArgumentList.Add(argument);
        // Keys and addresses in our environment are none of a parser's business.
        var path = start.Environment.TryGetValue("PATH", out var found) ? found : "/usr/bin:/bin";
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["LC_ALL"] = "C.UTF-8";
        return start;
    }

    private static void Begin(Process process)
    {
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new IngestException(IngestError.ReaderMissing, "PDF files are read by poppler under /bin/sh, which this machine does not have. Use Linux, or convert the file to text.", error);
        }
    }

    private static LimitedRun Checked(LimitedRun run, string program, TimeSpan limit)
    {
        if (run.ExitCode == NotFound)
        {
            throw new IngestException(IngestError.ReaderMissing, $"PDF files need the program {program}, which is not installed. Type: sudo apt-get install -y poppler-utils");
        }
        if (run.ExitCode == OutOfProcessorTime) throw OutOfTime(program, limit);
        if (run.ExitCode == Aborted || run.Errors.Contains("bad_alloc", StringComparison.Ordinal) || run.Errors.Contains("Out of memory", StringComparison.OrdinalIgnoreCase))
        {
            throw new IngestException(IngestError.OutOfMemory, $"{program} needs more than {ReaderLimits.ChildMemoryKiB / 1024:N0} MiB of memory for this file, which is the limit. Split the file, or print it to a new PDF.");
        }
        return run;
    }

    private static IngestException OutOfTime(string program, TimeSpan limit) =>
        new(IngestError.OutOfTime, $"{program} did not finish within {limit.TotalSeconds:N0} seconds. Split the file, or raise Retrieval:ReadTimeout.");

    private static async Task<string> ReadErrorsAsync(Stream errors, CancellationToken cancellation)
    {
        var kept = new MemoryStream();
        var buffer = new byte[ErrorsKept];
        int read;
        while ((read = await errors.ReadAsync(buffer, cancellation)) > 0)
        {
            if (kept.Length < ErrorsKept) kept.Write(buffer, 0, read);
        }
        return Encoding.UTF8.GetString(kept.ToArray());
    }

    private sealed class CappedStream(Stream inner, long most, string program) : Stream
    {
        private long _read;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Counted(await inner.ReadAsync(buffer, cancellationToken));

        public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Counted(int read) => (_read += read) <= most ? read : throw new IngestException(IngestError.Bomb, $"{program} printed more than {most:N0} bytes for this file, which is the limit. The file looks made to exhaust the reader; print it to a new PDF, or split it.");
    }
}
