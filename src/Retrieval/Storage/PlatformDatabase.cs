using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Platform.Retrieval.Storage;

/// <summary>Which relational database the rooms use: SQLite (WAL) in the data folder, or PostgreSQL when `ConnectionStrings:Platform` says so.</summary>
public static class PlatformDatabase
{
    /// <summary>Seconds that a statement waits for another writer before it fails: for its turn among those of this process, and then for another process.</summary>
    private const int BusyTimeoutSeconds = 30;

    private const int SqliteDamaged = 11, SqliteNoDatabase = 26;

    private static readonly WriteTurns Turns = new(TimeSpan.FromSeconds(BusyTimeoutSeconds));

    /// <summary>Points a room's context at the database. `connectionString` null or empty means platform.db in the data folder, which all rooms of a process write to in turn.</summary>
    public static void Use(DbContextOptionsBuilder options, string? connectionString, string dataDirectory)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!string.IsNullOrWhiteSpace(connectionString))
        {
            options.UseNpgsql(connectionString);
            return;
        }

        string folder = new DataFolder(dataDirectory).Databases;
        Directory.CreateDirectory(folder);
        options.UseSqlite(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(folder, "platform.db"),
            ForeignKeys = true,
            DefaultTimeout = BusyTimeoutSeconds,
        }.ToString()).AddInterceptors(Turns);
    }

    /// <summary>Stores every <see cref="DateTimeOffset"/> of a room as Unix milliseconds: SQLite cannot order its own text form, and both databases then compare alike. Call from ConfigureConventions.</summary>
    public static void StoreTimesAsMilliseconds(ModelConfigurationBuilder conventions)
    {
        ArgumentNullException.ThrowIfNull(conventions);
        conventions.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
    }

    /// <summary>
    /// Creates a room's tables when they are absent and applies its later steps; safe to run at each start and from two processes at once.
    /// A database written by a newer version, and a file that is damaged or no database, is refused, untouched (<see cref="StartRefusedException"/>).
    /// </summary>
    /// <param name="steps">By the version that each leads to: what changes tables made by the version before. Needed for 2 and above.</param>
    public static async Task PrepareAsync(
        DbContext room, string roomName, int version, CancellationToken cancellation,
        IReadOnlyDictionary<int, Func<DbContext, CancellationToken, Task>>? steps = null)
    {
        ArgumentNullException.ThrowIfNull(room);
        try
        {
            await PrepareTablesAsync(room, roomName, version, steps, cancellation);
        }
        catch (SqliteException damaged) when (damaged.SqliteErrorCode is SqliteDamaged or SqliteNoDatabase)
        {
            throw new StartRefusedException(
                $"The database {room.Database.GetDbConnection().DataSource} is damaged: {damaged.Message}. Nothing was changed. Put a copy of it in its place, or give this program another data folder (Data:Directory).", damaged);
        }
    }

    private static async Task PrepareTablesAsync(DbContext room, string roomName, int version, IReadOnlyDictionary<int, Func<DbContext, CancellationToken, Task>>? steps, CancellationToken cancellation)
    {
        if (room.Database.IsSqlite())
        {
            await room.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellation);
        }

        await MakeVersionTableAsync(room, cancellation);
        await using IDbContextTransaction transaction = await room.Database.BeginTransactionAsync(cancellation);
        int found = await LockAndReadVersionAsync(room, roomName, cancellation);
        if (found > version)
        {
            throw new StartRefusedException(
                $"The database holds the tables of '{roomName}' at version {found}; this program knows version {version}. Start the newer program, or give this one another data folder.");
        }

        if (found == 0)
        {
            await RunScriptAsync(room, room.GetService<IRelationalDatabaseCreator>().GenerateCreateScript(), cancellation);
        }
        else
        {
            for (int next = found + 1; next <= version; next++)
            {
                await (steps?.GetValueOrDefault(next) ?? throw new InvalidOperationException($"No step leads '{roomName}' to version {next}. This is a bug."))(room, cancellation);
            }
        }

        await room.Database.ExecuteSqlAsync($"UPDATE room_versions SET version = {version} WHERE room = {roomName}", cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task MakeVersionTableAsync(DbContext room, CancellationToken cancellation)
    {
        const string Sql = "CREATE TABLE IF NOT EXISTS room_versions (room varchar(100) NOT NULL PRIMARY KEY, version integer NOT NULL)";
        try
        {
            await room.Database.ExecuteSqlRawAsync(Sql, cancellation);
        }
        catch (DbException)
        {
            // PostgreSQL: two processes that start at once may both try to make it, and one then fails in the catalogue. The table stands by now.
            await room.Database.ExecuteSqlRawAsync(Sql, cancellation);
        }
    }

    /// <summary>The insert makes a second process wait until the first has committed; 0 means that the room has no tables yet.</summary>
    private static async Task<int> LockAndReadVersionAsync(DbContext room, string roomName, CancellationToken cancellation)
    {
        await room.Database.ExecuteSqlAsync($"INSERT INTO room_versions (room, version) VALUES ({roomName}, 0) ON CONFLICT (room) DO NOTHING", cancellation);
        await room.Database.ExecuteSqlAsync($"UPDATE room_versions SET version = version WHERE room = {roomName}", cancellation);
        return (await room.Database.SqlQuery<int>($"SELECT version AS \"Value\" FROM room_versions WHERE room = {roomName}").ToListAsync(cancellation)).Single();
    }

    /// <summary>Runs a generated script as it is: ExecuteSqlRaw would read braces in it as parameters.</summary>
    private static async Task RunScriptAsync(DbContext room, string script, CancellationToken cancellation)
    {
        await using DbCommand command = room.Database.GetDbConnection().CreateCommand();
        command.Transaction = room.Database.CurrentTransaction!.GetDbTransaction();
#pragma warning disable CA2100 // the script is EF Core's own, made from the model
        command.CommandText = script;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(), stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));
}
