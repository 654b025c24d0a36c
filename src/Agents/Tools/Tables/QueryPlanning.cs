using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Platform.Agents.Tools.Tables;

/// <summary>What SQLite makes of a query before it runs. It looks up at no clock meanwhile, and what it writes out can be thousands of millions of times what a person wrote: an expression at each place that names it, a table of WITH at each of its.</summary>
internal static class QueryPlanning
{
    /// <summary>Memory that one query may take before it runs, bytes: about a second's work.</summary>
    public const long MostBytes = 64 * 1024 * 1024;

    private const int Optimisations = 15; // SQLITE_TESTCTRL_OPTIMIZATIONS
    private const int Flattening = 0x1, PushingDown = 0x1000; // SQLITE_QueryFlattener, SQLITE_PushDown of sqliteInt.h, 3.50

    private static readonly Lock one = new();

    /// <summary>Leaves subqueries as they are written. SQLite else puts their expressions in the place of their names, which takes long in little memory.</summary>
    public static void KeepSubqueries(sqlite3 database) => _ = TestControl(Optimisations, database, Flattening | PushingDown);

    /// <summary>Plans a query, one at a time: SQLite has one limit of memory for all databases of the program, which stands that long. Throws TableQueryException where the query grows beyond it.</summary>
    public static void Prepare(SqliteCommand command)
    {
        lock (one)
        {
            raw.sqlite3_hard_heap_limit64(raw.sqlite3_memory_used() + MostBytes);
            try
            {
                command.Prepare();
            }
            catch (SqliteException large) when (large.SqliteErrorCode == raw.SQLITE_NOMEM)
            {
                throw new TableQueryException(texts => texts.QueryTooLarge);
            }
            finally
            {
                raw.sqlite3_hard_heap_limit64(0);
            }
        }
    }

    // Its further arguments are variable in C; on Linux numbers are handed over as those of any other function are.
    [DllImport("e_sqlite3", EntryPoint = "sqlite3_test_control"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int TestControl(int operation, sqlite3 database, int mask);
}
