using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Platform.Agents.Tools.Tables;

/// <summary>The program as the process that answers queries: one order after another, each a line of JSON. It ends with its input, and when nothing was asked for a while.</summary>
public static class QueryChild
{
    /// <summary>The verb by which the program is started for it.</summary>
    public const string Verb = "query-tables";

    /// <summary>What it writes once the tables are there and the query begins.</summary>
    internal const string Begun = "begun";

    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    /// <summary>After the query's own limit: SQLite looks up at no clock while it plans, and who started this process may be gone.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Answers until the input ends. Returns the process's exit code.</summary>
    public static async Task<int> RunAsync(Stream input, Stream output)
    {
        using StreamReader orders = new(input);
        await using StreamWriter answers = new(output) { AutoFlush = true };
        using CancellationTokenSource idle = new();
        while (true)
        {
            idle.CancelAfter(Idle);
            string? line;
            try
            {
                line = await orders.ReadLineAsync(idle.Token);
            }
            catch (OperationCanceledException)
            {
                return 0;
            }
            if (line is null)
                return 0;
            idle.CancelAfter(Timeout.InfiniteTimeSpan);
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
