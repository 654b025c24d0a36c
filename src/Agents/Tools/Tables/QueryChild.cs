using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Platform.Agents.Tools.Tables;

/// <summary>The program as the process that answers queries: one order after another, each a line of JSON. It ends with its input, and when nothing was asked for a while.</summary>
public static class QueryChild
{
    /// <summary>The verb by which the program is started for it.</summary>
    public const string Verb = "query-tables";

    /// <summary>Its exit code where rows and query do not fit the memory that .NET may take.</summary>
    internal const int OutOfMemory = 3;

    /// <summary>What it writes once the tables are there and the query begins.</summary>
    internal const string Begun = "begun";

    /// <summary>After the query's own limit: SQLite looks up at no clock while it plans, and who started this process may be gone.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Answers what its standard input asks until that ends, or nothing was asked for a minute. Returns the process's exit code.</summary>
    public static async Task<int> RunAsync()
    {
        try
        {
            return await RunAsync(TimeSpan.FromMinutes(1));
        }
        catch (OutOfMemoryException)
        {
            return OutOfMemory;
        }
    }

    internal static async Task<int> RunAsync(TimeSpan idle)
    {
        using StreamReader orders = new(Console.OpenStandardInput());
        await using StreamWriter answers = new(Console.OpenStandardOutput()) { AutoFlush = true };
        // A terminal's Ctrl-C and a service's stop go to the whole group. It ends with its input, when the program that started it ends.
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var stopped = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        while (true)
        {
            string? line;
            try
            {
                line = await orders.ReadLineAsync().WaitAsync(idle); // a read of standard input heeds no token
            }
            catch (TimeoutException)
            {
                return 0;
            }
            if (line is null)
                return 0;
            await answers.WriteLineAsync(JsonSerializer.Serialize(Answer(JsonSerializer.Deserialize<QueryOrder>(line)!, answers)));
        }
    }

    private static QueryAnswer Answer(QueryOrder order, StreamWriter answers)
    {
        using TableDatabase database = new(order.Tables);
        answers.WriteLine(Begun);
        var limit = TimeSpan.FromSeconds(order.Seconds);
        using Timer end = new(_ => Environment.Exit(1), null, limit + Grace, Timeout.InfiniteTimeSpan);
        QueryAnswer answer = new() { Mixed = database.Mixed, Commas = database.Commas };
        try
        {
            return answer with { Result = database.Query(order.Sql, limit, order.Bytes) };
        }
        catch (QueryFaultException none)
        {
            return answer with { Fault = none.Fault };
        }
        catch (SqliteException wrong)
        {
            return answer with { Fault = QueryFault.Wrong, Words = wrong.Message };
        }
    }
}
