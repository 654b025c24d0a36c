using Microsoft.EntityFrameworkCore;

namespace Platform.Retrieval.Storage;

/// <summary>Which relational database the rooms use: SQLite (WAL) in the data folder, or PostgreSQL when `ConnectionStrings:Platform` says so.</summary>
public static class PlatformDatabase
{
    /// <summary>Points a room's context at the database. `connectionString` null or empty means platform.db in the data folder.</summary>
    public static void Use(DbContextOptionsBuilder options, string? connectionString, string dataDirectory) => throw new NotImplementedException();

    /// <summary>Creates a room's tables when they are absent and applies its later steps; safe to run at each start and from two processes at once. A database written by a newer version is refused, untouched.</summary>
    public static Task PrepareAsync(DbContext room, string roomName, int version, CancellationToken cancellation) => throw new NotImplementedException();
}
