using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Storage;

/// <summary>The tables of this room.</summary>
internal sealed class RetrievalContext(DbContextOptions<RetrievalContext> options) : DbContext(options)
{
    /// <summary>The room's name and version in room_versions.</summary>
    public const string Room = "retrieval";
    public const int Version = 1;

    public DbSet<BaseRow> Bases => Set<BaseRow>();

    public DbSet<DocumentRow> Documents => Set<DocumentRow>();

    public DbSet<IngestJobRow> Jobs => Set<IngestJobRow>();

    public DbSet<RemovalRow> Removals => Set<RemovalRow>();

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
        modelBuilder.Entity<RemovalRow>().ToTable("retrieval_removals").HasKey(r => r.Id);
    }
}
