using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Tables;

/// <summary>What a query came to. TablesRead: those whose rows it looked at.</summary>
internal sealed record TableResult(IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows, bool HasMore, IReadOnlyList<string> TablesRead);

/// <summary>A column of numbers and texts, and how many cells are which.</summary>
internal sealed record MixedColumn(string Table, string Name, int Numbers, int Texts);

/// <summary>A column whose numbers are written with a decimal comma.</summary>
internal sealed record CommaColumn(string Table, string Name, string Cell, double Value);

/// <summary>
/// Tables in a database in memory that lets only reading through: SQLite itself asks about every table, function and pragma before a query runs, and about going on while it runs.
/// </summary>
internal sealed class TableDatabase : IDisposable
{
    public const int MaxRows = 100;

    private const int MaxCell = 300;

    // Nothing is looked at while one step runs, and a step may compare a value with a pattern of any length at each of its places: with these a step takes milliseconds, at worst a fraction of a second.
    private const int StepsBetweenLooks = 50, LongestPattern = 200, LongestValue = 100_000; // bytes; the longest cell of Excel, all in Chinese, has 98,301

    // What it takes before it runs: an expression at each place that names it, a table of WITH at each of its. About a second's work.
    private const long MostToPlan = 64 * 1024 * 1024;

    private readonly List<MixedColumn> mixed = [];
    private readonly List<CommaColumn> commas = [];
    private readonly SqliteConnection connection = new("Data Source=:memory:;Pooling=False");

    /// <summary>Fills a database with tables under their names; the number of rows is the caller's limit.</summary>
    public TableDatabase(IEnumerable<QueriedTable> tables)
    {
        connection.Open();
        SqlFunctions.Replace(connection);
        // What a query sorts stays in memory, where it is counted, and writes no file.
        using (var pragma = connection.CreateCommand())
        {
            pragma.CommandText = "PRAGMA temp_store = MEMORY";
            pragma.ExecuteNonQuery();
        }
        using var transaction = connection.BeginTransaction();
        foreach (var table in tables)
            Fill(table, transaction);
        transaction.Commit();
    }

    /// <summary>Columns in which not every cell that says something is a number, and some are.</summary>
    public IReadOnlyList<MixedColumn> Mixed => mixed;

    /// <summary>Columns in which a comma is read as the decimal sign, each with a cell and what was made of it: 1,2 could as well be a pair.</summary>
    public IReadOnlyList<CommaColumn> Commas => commas;

    /// <summary>Throws SqliteException for SQL that is wrong or not allowed, and QueryFaultException over the limits. Sets the limit of SQLite's memory in this process, of which it is to be the only database.</summary>
    public TableResult Query(string sql, TimeSpan limit, long maxBytes)
    {
        var db = connection.Handle!;
        HashSet<string> read = new(StringComparer.Ordinal);
        var isOver = false;
        var started = Stopwatch.GetTimestamp();
        raw.sqlite3_limit(db, raw.SQLITE_LIMIT_LENGTH, LongestValue);
        raw.sqlite3_limit(db, raw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LongestPattern);
        raw.sqlite3_limit(db, raw.SQLITE_LIMIT_EXPR_DEPTH, 100);
        raw.sqlite3_limit(db, raw.SQLITE_LIMIT_COMPOUND_SELECT, 20);
        raw.sqlite3_progress_handler(db, StepsBetweenLooks, _ => (isOver = Stopwatch.GetElapsedTime(started) > limit) ? 1 : 0, null);
        raw.sqlite3_set_authorizer(db, (object _, int action, string first, string second, string _, string _) => Allow(action, first, second, read), null);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        var isPlanned = false;
        var before = raw.sqlite3_memory_used();
        try
        {
            raw.sqlite3_hard_heap_limit64(before + Math.Min(maxBytes, MostToPlan));
            command.Prepare();
            isPlanned = true;
            raw.sqlite3_hard_heap_limit64(before + maxBytes);
            return Read(command, read);
        }
        catch (SqliteException) when (isOver)
        {
            throw new QueryFaultException(QueryFault.TooLong);
        }
        catch (SqliteException full) when (full.SqliteErrorCode == raw.SQLITE_NOMEM)
        {
            throw new QueryFaultException(isPlanned ? QueryFault.TooMuch : QueryFault.TooLarge);
        }
        finally
        {
            raw.sqlite3_hard_heap_limit64(0);
        }
    }

    public void Dispose() => connection.Dispose();

    private static int Allow(int action, string first, string second, HashSet<string> read)
    {
        switch (action)
        {
            case raw.SQLITE_SELECT or raw.SQLITE_RECURSIVE:
                return raw.SQLITE_OK;
            case raw.SQLITE_READ when !first.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase) && !first.StartsWith("pragma_", StringComparison.OrdinalIgnoreCase):
                read.Add(first);
                return raw.SQLITE_OK;
            case raw.SQLITE_FUNCTION when SqlFunctions.Allowed.Contains(second):
                return raw.SQLITE_OK;
            default:
                return raw.SQLITE_DENY;
        }
    }

    private static TableResult Read(SqliteCommand command, HashSet<string> tables)
    {
        using var reader = command.ExecuteReader();
        if (reader.FieldCount == 0)
            throw new QueryFaultException(QueryFault.NoSelect);
        string[] columns = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        List<string[]> rows = [];
        var hasMore = false;
        while (reader.Read())
        {
            if (rows.Count == MaxRows)
            {
                hasMore = true;
                break;
            }
            rows.Add([.. Enumerable.Range(0, columns.Length).Select(i => Shown(reader.GetValue(i)))]);
        }
        if (reader.NextResult())
            throw new QueryFaultException(QueryFault.MoreThanOne);
        return new(columns, rows, hasMore, [.. tables]);
    }

    private static string Shown(object value)
    {
        var text = value switch
        {
            DBNull => "",
            double number => Math.Round(number, 10).ToString("0.##########", CultureInfo.InvariantCulture),
            byte[] bytes => $"{bytes.Length} bytes",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
        return ShortText.Of(text, MaxCell);
    }

    private void Fill(QueriedTable table, SqliteTransaction transaction)
    {
        using var create = connection.CreateCommand();
        create.Transaction = transaction;
        create.CommandText = $"CREATE TABLE \"{table.Name}\" ({string.Join(", ", table.Columns.Select(column => $"\"{column}\""))})";
        create.ExecuteNonQuery();
        using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = $"INSERT INTO \"{table.Name}\" VALUES ({string.Join(", ", table.Columns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"$p{i}")))})";
        SqliteParameter[] cells = [.. table.Columns.Select((_, i) => insert.Parameters.Add(new SqliteParameter(string.Create(CultureInfo.InvariantCulture, $"$p{i}"), DBNull.Value)))];
        DecimalSign[] signs = [.. table.Columns.Select((_, i) => CellValue.SignOf(table.Rows.Where(row => i < row.Length).Select(row => row[i])))];
        var (numbers, texts) = (new int[cells.Length], new int[cells.Length]);
        Dictionary<int, CommaColumn> examples = [];
        foreach (var row in table.Rows)
        {
            for (var i = 0; i < cells.Length; i++)
            {
                var value = i < row.Length ? CellValue.Of(row[i], signs[i]) : DBNull.Value;
                cells[i].Value = value;
                if (value is double real && signs[i] != DecimalSign.Point && row[i].Contains(',', StringComparison.Ordinal))
                    examples.TryAdd(i, new(table.Name, table.Columns[i], row[i], real));
                (numbers[i], texts[i]) = (numbers[i] + (value is long or double ? 1 : 0), texts[i] + (value is string ? 1 : 0));
            }
            insert.ExecuteNonQuery();
        }
        commas.AddRange(examples.Values);
        mixed.AddRange(table.Columns.Select((column, i) => new MixedColumn(table.Name, column, numbers[i], texts[i])).Where(column => column is { Numbers: > 0, Texts: > 0 }));
    }
}
