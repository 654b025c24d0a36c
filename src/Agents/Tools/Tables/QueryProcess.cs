using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Platform.Agents.Tools.Tables;

/// <summary>A process that answers queries, one at a time. What SQLite makes of a query before it runs can be thousands of millions of times what was written, and is stopped by nothing but the process's end.</summary>
internal sealed class QueryProcess : IDisposable
{
    // Its start must find .NET; keys and addresses are none of its business.
    private static readonly string[] Kept = ["PATH", "HOME", "LANG", "LC_ALL", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "TMPDIR"];

    private const int Killed = 128 + 9; // for want of memory, by the system

    private const long MostHeap = 1L << 30; // the rows of its tables; what SQLite takes has a limit of its own

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Process process;

    /// <param name="command">The program and its arguments.</param>
    public QueryProcess(IReadOnlyList<string> command)
    {
        ProcessStartInfo start = new(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8, WorkingDirectory = "/" };
        foreach (var name in start.Environment.Keys.Except(Kept).ToList())
            start.Environment.Remove(name);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_GCHeapHardLimit"] = MostHeap.ToString("X", CultureInfo.InvariantCulture);
        process = Process.Start(start)!;
    }

    /// <summary>Null where the process is gone without having begun. Throws OperationCanceledException, and InvalidOperationException where it ended by itself; of no use afterwards then, and where the query was too long.</summary>
    public async Task<QueryAnswer?> AskAsync(QueryOrder order, CancellationToken cancellation)
    {
        try
        {
            var input = process.StandardInput.BaseStream; // rows may be hundreds of megabytes: never a string here
            await JsonSerializer.SerializeAsync(input, order, cancellationToken: cancellation);
            await input.WriteAsync("\n"u8.ToArray(), cancellation);
            await input.FlushAsync(cancellation);
        }
        catch (IOException)
        {
            return await EndedAsync(hadBegun: false, cancellation);
        }
        if (await process.StandardOutput.ReadLineAsync(cancellation) is null)
            return await EndedAsync(hadBegun: false, cancellation);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(TimeSpan.FromSeconds(order.Seconds) + Grace);
        try
        {
            return await process.StandardOutput.ReadLineAsync(time.Token) is { } answer ? JsonSerializer.Deserialize<QueryAnswer>(answer) : await EndedAsync(hadBegun: true, time.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(Fault: QueryFault.TooLong);
        }
    }

    /// <summary>What its end says; null where it had nothing to do.</summary>
    private async Task<QueryAnswer?> EndedAsync(bool hadBegun, CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode switch
        {
            Killed or QueryChild.OutOfMemory => new(Fault: QueryFault.TooMuch),
            0 when !hadBegun => null,
            var code => throw new InvalidOperationException($"The process that queries tables ended with {code} {(hadBegun ? "in the middle of a query" : "before it began")}."),
        };
    }

    /// <summary>Kills it, whatever it is at.</summary>
    public void Dispose()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // ended already
        }
        process.Dispose();
    }
}
