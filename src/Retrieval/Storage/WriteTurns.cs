using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Platform.Retrieval.Storage;

/// <summary>Lets what the rooms of this process write to one SQLite file be written one after the other, in the order in which it came, but for what goes first (<see cref="IWritesFirst"/>). SQLite takes one writer at a time, and its driver puts who comes second to sleep for 150 ms, with a thread, before it looks again; here who waits takes no thread, and goes on at once. PostgreSQL takes many writers: there nobody waits.</summary>
/// <remarks>
/// A turn is taken before a transaction begins, or before a statement that writes without one, and ends with the commit or the rollback, or when the connection is closed after whatever else became of it. What is not asynchronous takes no turn; beside it, and beside other processes, the driver waits as ever.
/// Who has waited for <paramref name="patience"/> fails as the driver would have it fail, SQLITE_BUSY: one who writes through a second context inside of a transaction waits for itself, and must not hold up everybody else for ever.
/// </remarks>
internal sealed class WriteTurns(TimeSpan patience) : IDbTransactionInterceptor, IDbCommandInterceptor, IDbConnectionInterceptor
{
    private const int SqliteBusy = 5;

    private readonly ConcurrentDictionary<string, Turn> files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<DbConnection, Turn> taken = [];

    public async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default)
    {
        await TakeAsync(connection, eventData.Context, cancellationToken);
        return result;
    }

    public async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await WriteAsync(command, eventData, cancellationToken);
        return result;
    }

    public async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await WriteAsync(command, eventData, cancellationToken);
        return result;
    }

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) => EndedAsync(eventData);

    public Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) => EndedAsync(eventData);

    public void ConnectionClosed(DbConnection connection, ConnectionEndEventData eventData) => End(connection);

    public Task ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        End(connection);
        return Task.CompletedTask;
    }

    public void ConnectionDisposed(DbConnection connection, ConnectionEndEventData eventData) => End(connection);

    public Task ConnectionDisposedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        End(connection);
        return Task.CompletedTask;
    }

    private Task WriteAsync(DbCommand command, CommandEventData eventData, CancellationToken cancellation) =>
        command is { Transaction: null, Connection: { } connection } && eventData.CommandSource is CommandSource.SaveChanges or CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete or CommandSource.ExecuteSqlRaw
            ? TakeAsync(connection, eventData.Context, cancellation) : Task.CompletedTask;

    private async Task TakeAsync(DbConnection connection, DbContext? context, CancellationToken cancellation)
    {
        if (connection is not SqliteConnection || taken.ContainsKey(connection))
        {
            return;
        }

        Turn file = files.GetOrAdd(connection.DataSource, static _ => new(new(1), new(1)));
        if (!await file.TakeAsync(context is IWritesFirst { WritesFirst: true }, patience, cancellation))
        {
            throw new SqliteException(string.Create(
                CultureInfo.InvariantCulture, $"{Path.GetFileName(connection.DataSource)} was not free to be written for {patience.TotalSeconds:0.###} seconds: others wrote, or whoever waits here has a transaction open that is its own. Nothing was written; try again."), SqliteBusy);
        }

        taken[connection] = file;
    }

    private Task EndedAsync(TransactionEndEventData eventData)
    {
        End(eventData.Context?.Database.GetDbConnection()); // the transaction no longer knows it
        return Task.CompletedTask;
    }

    private void End(DbConnection? connection)
    {
        if (connection is not null && taken.TryRemove(connection, out Turn? file))
        {
            file.End();
        }
    }

    private sealed class Turn(SemaphoreSlim line, SemaphoreSlim writer)
    {
        /// <summary>Waits for its place; false where that took too long. Of those in the line only one at a time waits for the writer: whoever goes first waits for two at most.</summary>
        public async Task<bool> TakeAsync(bool isFirst, TimeSpan patience, CancellationToken cancellation)
        {
            if (isFirst)
            {
                return await writer.WaitAsync(patience, cancellation);
            }

            long begun = Stopwatch.GetTimestamp();
            if (!await line.WaitAsync(patience, cancellation))
            {
                return false;
            }

            try
            {
                TimeSpan left = patience - Stopwatch.GetElapsedTime(begun);
                return await writer.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellation);
            }
            finally
            {
                line.Release();
            }
        }

        public void End() => writer.Release();
    }
}
