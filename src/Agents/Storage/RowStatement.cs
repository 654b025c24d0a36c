using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Platform.Agents.Storage;

/// <summary>One statement for many rows, without the mapper between: what runs add is written thousands of times a minute.</summary>
internal static class RowStatement
{
    /// <summary>How many rows each changed. PostgreSQL is sent all of them in one way there and back; for SQLite, which is in this process, the statement is prepared once.</summary>
    /// <param name="sql">Constant; its values are @p0, @p1 and so on.</param>
    /// <param name="rows">The values of each row; null for NULL.</param>
    public static Task<int[]> ExecuteAsync(DbTransaction transaction, string sql, IReadOnlyList<object?[]> rows, CancellationToken cancellation) =>
        rows.Count == 0 ? Task.FromResult<int[]>([])
        : transaction.Connection!.CanCreateBatch ? TogetherAsync(transaction, sql, rows, cancellation)
        : OneByOneAsync(transaction, sql, rows, cancellation);

    private static async Task<int[]> TogetherAsync(DbTransaction transaction, string sql, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        await using var batch = transaction.Connection!.CreateBatch();
        batch.Transaction = transaction;
        foreach (var row in rows)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = sql;
            for (var i = 0; i < row.Length; i++)
                command.Parameters.Add(Parameter(command.CreateParameter(), i, row[i]));
            batch.BatchCommands.Add(command);
        }
        await batch.ExecuteNonQueryAsync(cancellation);
        return [.. batch.BatchCommands.Select(command => command.RecordsAffected)];
    }

    [SuppressMessage("Security", "CA2100", Justification = "Those who call give constants; values are parameters.")]
    private static async Task<int[]> OneByOneAsync(DbTransaction transaction, string sql, IReadOnlyList<object?[]> rows, CancellationToken cancellation)
    {
        await using var command = transaction.Connection!.CreateCommand();
        (command.Transaction, command.CommandText) = (transaction, sql);
        for (var i = 0; i < rows[0].Length; i++)
            command.Parameters.Add(Parameter(command.CreateParameter(), i, null));
        var changed = new int[rows.Count];
        for (var at = 0; at < rows.Count; at++)
        {
            for (var i = 0; i < rows[at].Length; i++)
                command.Parameters[i].Value = Storable(rows[at][i]);
            changed[at] = await command.ExecuteNonQueryAsync(cancellation);
        }
        return changed;
    }

    private static object Storable(object? value) => value is string text ? StorableText.Of(text) : value ?? DBNull.Value;

    private static DbParameter Parameter(DbParameter parameter, int index, object? value)
    {
        (parameter.ParameterName, parameter.Value) = (string.Create(CultureInfo.InvariantCulture, $"@p{index}"), Storable(value));
        return parameter;
    }
}
