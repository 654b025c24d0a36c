using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Platform.Agents.Storage;

/// <summary>Lets what this room writes to the same SQLite file in this process be written one after the other, in the order in which it came, but for what goes first (<see cref="AgentsContext.WritesFirst"/>). Other rooms take no turn: beside them the driver waits as ever. SQLite takes one writer at a time, and its driver puts who comes second to sleep for 150 ms, with a thread, before it looks again; here who waits takes no thread, and goes on at once. PostgreSQL takes many writers: there nobody waits.</summary>
/// <remarks>A turn is taken before a transaction begins, or before a statement that writes without one, and ends with the commit, or when the connection is closed after whatever else became of it. Everything in this room is asynchronous; what is not would take no turn.</remarks>
internal sealed class WriteTurns : IDbTransactionInterceptor, IDbCommandInterceptor, IDbConnectionInterceptor
{
    private readonly ConcurrentDictionary<string, Turn> files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<DbConnection, Turn> taken = [];

    public static WriteTurns Taken { get; } = new();

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

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        End(eventData.Context?.Database.GetDbConnection()); // the transaction no longer knows it
        return Task.CompletedTask;
    }

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
            return;
        var file = files.GetOrAdd(connection.DataSource, static _ => new(new(1), new(1)));
        await file.TakeAsync(isFirst: context is AgentsContext { WritesFirst: true }, cancellation);
        taken[connection] = file;
    }

    private void End(DbConnection? connection)
    {
        if (connection is not null && taken.TryRemove(connection, out var file))
            file.End();
    }

    private sealed class Turn(SemaphoreSlim line, SemaphoreSlim writer)
    {
        /// <summary>Waits for its place. Of those in the line only one at a time waits for the writer: whoever goes first waits for two at most.</summary>
        public async Task TakeAsync(bool isFirst, CancellationToken cancellation)
        {
            if (isFirst)
            {
                await writer.WaitAsync(cancellation);
                return;
            }
            await line.WaitAsync(cancellation);
            try
            {
                await writer.WaitAsync(cancellation);
            }
            finally
            {
                line.Release();
            }
        }

        public void End() => writer.Release();
    }
}
