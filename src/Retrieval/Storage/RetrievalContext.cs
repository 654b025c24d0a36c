using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Evaluation;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Storage;

/// <summary>The tables of this room.</summary>
internal sealed class RetrievalContext(DbContextOptions<RetrievalContext> options) : DbContext(options)
{
    /// <summary>The room's name and version in room_versions.</summary>
    public const string Room = "retrieval";
    public const int Version = 4;

    /// <summary>What changes tables of an earlier version, by the version that it leads to.</summary>
    public static readonly IReadOnlyDictionary<int, Func<DbContext, CancellationToken, Task>> Steps = new Dictionary<int, Func<DbContext, CancellationToken, Task>>
    {
        [2] = (room, cancellation) => room.Database.ExecuteSqlRawAsync("CREATE TABLE retrieval_identity (one integer NOT NULL PRIMARY KEY, id varchar(32) NOT NULL)", cancellation),
        [3] = (room, cancellation) => room.Database.ExecuteSqlRawAsync("ALTER TABLE retrieval_ingest_jobs ADD COLUMN \"Crashes\" integer NOT NULL DEFAULT 0", cancellation),
        [4] = AddGoldenSetsAsync,
    };

    public DbSet<BaseRow> Bases => Set<BaseRow>();

    public DbSet<DocumentRow> Documents => Set<DocumentRow>();

    public DbSet<IngestJobRow> Jobs => Set<IngestJobRow>();

    public DbSet<RemovalRow> Removals => Set<RemovalRow>();

    public DbSet<IdentityRow> Identity => Set<IdentityRow>();

    public DbSet<GoldenSetRow> GoldenSets => Set<GoldenSetRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        PlatformDatabase.StoreTimesAsMilliseconds(configurationBuilder);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<BaseRow>(row =>
        {
            row.ToTable("retrieval_bases").HasKey(b => b.Id);
            row.HasIndex(b => new { b.OwnerId, b.NameKey }).IsUnique();
        });
        modelBuilder.Entity<DocumentRow>(row =>
        {
            row.ToTable("retrieval_documents").HasKey(d => d.Id);
            row.HasOne<BaseRow>().WithMany().HasForeignKey(d => d.BaseId).OnDelete(DeleteBehavior.Cascade);
            row.HasIndex(d => new { d.BaseId, d.NameKey });
            row.HasIndex(d => d.Sha256);
        });
        modelBuilder.Entity<IngestJobRow>(row =>
        {
            row.ToTable("retrieval_ingest_jobs").HasKey(j => j.Id);
            row.HasOne(j => j.Document).WithOne().HasForeignKey<IngestJobRow>(j => j.DocumentId).OnDelete(DeleteBehavior.Cascade);
            row.HasIndex(j => new { j.Active, j.Id });
            row.HasIndex(j => j.Sha256);
        });
        modelBuilder.Entity<GoldenSetRow>(row =>
        {
            row.ToTable("retrieval_golden_sets").HasKey(s => s.Id);
            row.HasOne<BaseRow>().WithMany().HasForeignKey(s => s.BaseId).OnDelete(DeleteBehavior.Cascade);
            row.HasIndex(s => s.BaseId);
        });
        modelBuilder.Entity<RemovalRow>().ToTable("retrieval_removals").HasKey(r => r.Id);
        modelBuilder.Entity<IdentityRow>(row =>
        {
            row.ToTable("retrieval_identity").HasKey(i => i.One);
            row.Property(i => i.One).HasColumnName("one").ValueGeneratedNever();
            row.Property(i => i.Id).HasColumnName("id").HasMaxLength(32);
        });
    }

    // Ids are texts in one database and of a type of their own in the other.
    private static async Task AddGoldenSetsAsync(DbContext room, CancellationToken cancellation)
    {
        string id = room.Database.IsSqlite() ? "text" : "uuid";
        string table = """CREATE TABLE retrieval_golden_sets ("Id" ID NOT NULL PRIMARY KEY, "BaseId" ID NOT NULL REFERENCES retrieval_bases ("Id") ON DELETE CASCADE, "Name" text NOT NULL, "Questions" integer NOT NULL, "Content" text NOT NULL, "CreatedAt" bigint NOT NULL)""".Replace("ID ", id + " ", StringComparison.Ordinal);
        await room.Database.ExecuteSqlRawAsync(table, cancellation);
        await room.Database.ExecuteSqlRawAsync("""CREATE INDEX "IX_retrieval_golden_sets_BaseId" ON retrieval_golden_sets ("BaseId")""", cancellation);
    }
}
