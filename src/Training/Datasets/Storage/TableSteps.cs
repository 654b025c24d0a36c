using Microsoft.EntityFrameworkCore;

namespace Platform.Training.Datasets.Storage;

/// <summary>What makes older tables of this room those of today, by the version that each step leads to.</summary>
internal static class TableSteps
{
    public static IReadOnlyDictionary<int, Func<DbContext, CancellationToken, Task>> All { get; } = new Dictionary<int, Func<DbContext, CancellationToken, Task>> { [2] = AddLeasesAsync, [3] = AddConsentAndPresetsAsync, [4] = AddMissingAsync, [5] = AddPlaceAsync };

    // Jobs of before have no lease, and so are nobody's.
    private static async Task AddLeasesAsync(DbContext room, CancellationToken cancellation)
    {
        await room.Database.ExecuteSqlRawAsync("""ALTER TABLE datasets_generations ADD COLUMN "Lease" text NULL""", cancellation);
        await room.Database.ExecuteSqlRawAsync("""ALTER TABLE datasets_generations ADD COLUMN "LeaseUntil" bigint NOT NULL DEFAULT 0""", cancellation);
    }

    // Who judged before was told that a model may learn from it.
    private static async Task AddConsentAndPresetsAsync(DbContext room, CancellationToken cancellation)
    {
        await room.Database.ExecuteSqlRawAsync(room.Database.IsSqlite() ? """ALTER TABLE datasets_feedback ADD COLUMN "MayLearn" INTEGER NOT NULL DEFAULT 1""" : """ALTER TABLE datasets_feedback ADD COLUMN "MayLearn" boolean NOT NULL DEFAULT true""", cancellation);
        await room.Database.ExecuteSqlRawAsync("""CREATE TABLE datasets_presets ("Name" text NOT NULL CONSTRAINT "PK_datasets_presets" PRIMARY KEY, "Content" text NOT NULL)""", cancellation);
    }

    // Jobs of before counted what they tried and not the rows that are missing, and knew no reasons.
    private static async Task AddMissingAsync(DbContext room, CancellationToken cancellation)
    {
        await room.Database.ExecuteSqlRawAsync("""ALTER TABLE datasets_generations ADD COLUMN "Missing" text NOT NULL DEFAULT '{{}}'""", cancellation);
        await room.Database.ExecuteSqlRawAsync("""ALTER TABLE datasets_generations DROP COLUMN "Dropped" """, cancellation);
    }

    // Jobs of before go on by the number of their rows.
    private static async Task AddPlaceAsync(DbContext room, CancellationToken cancellation) =>
        await room.Database.ExecuteSqlRawAsync("""ALTER TABLE datasets_generations ADD COLUMN "Place" text NULL""", cancellation);
}
