using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Platform.Agents.Tests;

/// <summary>Sees what a rig does with the database, so that a test can be quicker at a moment of its choice.</summary>
internal sealed class DatabaseWatch : IDbCommandInterceptor, IDbTransactionInterceptor
{
    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called before each transaction; it begins when that is done.</summary>
    public Func<Task>? BeforeTransaction { get; set; }

    /// <summary>Called after each query.</summary>
    public Action? AfterQuery { get; set; }

    /// <summary>Called after each commit, which stands whatever this does.</summary>
    public Action? AfterCommit { get; set; }

    /// <summary>Done when a statement has failed.</summary>
    public Task Failed => failed.Task;

    public async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default)
    {
        if (BeforeTransaction is { } before)
            await before();
        return result;
    }

    public ValueTask<DbDataReader> ReaderExecutedAsync(DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        AfterQuery?.Invoke();
        return ValueTask.FromResult(result);
    }

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        AfterCommit?.Invoke();
        return Task.CompletedTask;
    }

    public Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        failed.TrySetResult();
        return Task.CompletedTask;
    }
}
