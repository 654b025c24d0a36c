using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Platform.Agents.Storage;

/// <summary>Gives each SQLite connection of this room a lower-casing that knows the letters of all alphabets. It has a name of its own: connections are pooled, and others use the built-in one.</summary>
internal sealed class UnicodeLower : DbConnectionInterceptor
{
    public const string Name = "unicode_lower";

    public static UnicodeLower Registered { get; } = new();

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Register(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Register(connection);
        return Task.CompletedTask;
    }

    private static void Register(DbConnection connection) =>
        (connection as SqliteConnection)?.CreateFunction(Name, (string? text) => text?.ToLowerInvariant(), isDeterministic: true);
}
