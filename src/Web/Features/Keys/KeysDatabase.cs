using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Storage;

namespace Platform.Web.Features.Keys;

/// <summary>The table of API keys.</summary>
public sealed class KeysDatabase(DbContextOptions<KeysDatabase> options) : DbContext(options)
{
    public DbSet<KeyRow> Keys => Set<KeyRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => PlatformDatabase.StoreTimesAsMilliseconds(configurationBuilder);

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<KeyRow>(row =>
    {
        row.ToTable("keys_api_keys").HasIndex(key => key.Hash).IsUnique();
        row.HasIndex(key => key.OwnerId);
        row.Property(key => key.Id).ValueGeneratedNever();
    });
}

/// <summary>A key as it is stored.</summary>
public sealed class KeyRow
{
    public Guid Id { get; set; }

    public required string OwnerId { get; set; }

    public required string Name { get; set; }

    public required string Prefix { get; set; }

    /// <summary>SHA-256 of the secret, hexadecimal. The secret has more than 200 random bits, so that nothing slower is needed.</summary>
    public required string Hash { get; set; }

    /// <summary>Names of scopes with spaces between them.</summary>
    public required string Scopes { get; set; }

    public int RequestsAMinute { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }
}
