using System.Collections.Concurrent;

namespace Platform.Agents.Tools.Tables;

/// <summary>Starts this program again for queries, keeps those that answered for the next, and kills what took too long or nobody waits for any more.</summary>
/// <param name="command">The program, and what stands before and with the verb.</param>
internal sealed class QueryProcesses(params string[] command) : IDisposable
{
    private readonly ConcurrentBag<QueryProcess> idle = [];

    /// <summary>Those of the program that runs.</summary>
    public static QueryProcesses OfThisProgram() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? new(Environment.ProcessPath!, System.Reflection.Assembly.GetEntryAssembly()!.Location, QueryChild.Verb) : new(Environment.ProcessPath!, QueryChild.Verb);

    /// <summary>Throws OperationCanceledException when cancelled, and InvalidOperationException where no process can be had.</summary>
    public async Task<QueryAnswer> AskAsync(QueryOrder order, CancellationToken cancellation)
    {
        while (idle.TryTake(out var known))
        {
            if (await AskAsync(known, order, cancellation) is { } answer)
                return answer; // else it ended for want of work
        }
        return await AskAsync(new(command), order, cancellation) ?? throw new InvalidOperationException($"The process that queries tables, {string.Join(' ', command)}, ended before it was asked anything.");
    }

    public void Dispose()
    {
        while (idle.TryTake(out var process))
            process.Dispose();
    }

    private async Task<QueryAnswer?> AskAsync(QueryProcess process, QueryOrder order, CancellationToken cancellation)
    {
        QueryAnswer? answer = null;
        try
        {
            return answer = await process.AskAsync(order, cancellation);
        }
        finally
        {
            // What had its answer goes on; a query that was too long may yet be at work, and one that took too much leaves memory to be given back.
            if (answer is { Fault: null or not (QueryFault.TooLong or QueryFault.TooMuch) })
                idle.Add(process);
            else
                process.Dispose();
        }
    }
}
