using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Storage;

namespace Platform.Training.Datasets.Storage;

/// <summary>The tables of this room. Times are stored as Unix milliseconds.</summary>
internal sealed class DatasetsContext(DbContextOptions<DatasetsContext> options) : DbContext(options)
{
    public const string Room = "datasets";

    /// <summary>Of the tables; raised with each change of them.</summary>
    public const int Version = 5;

    public DbSet<SetRow> Sets => Set<SetRow>();
    public DbSet<ItemRow> Items => Set<ItemRow>();
    public DbSet<VersionRow> Versions => Set<VersionRow>();
    public DbSet<GenerationRow> Generations => Set<GenerationRow>();
    public DbSet<FeedbackRow> Feedback => Set<FeedbackRow>();
    public DbSet<PresetRow> Presets => Set<PresetRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => PlatformDatabase.StoreTimesAsMilliseconds(configurationBuilder);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<SetRow>(row =>
        {
            row.ToTable("datasets_sets").HasIndex(s => s.Name).IsUnique();
            row.Property(s => s.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<ItemRow>(row =>
        {
            row.ToTable("datasets_rows").HasIndex(i => new { i.DatasetId, i.Ordinal }).IsUnique();
            row.HasIndex(i => new { i.DatasetId, i.Status }, "IX_datasets_rows_Status");
            row.HasIndex(i => new { i.DatasetId, i.Sha256 }, "IX_datasets_rows_Content");
            row.Property(i => i.Id).ValueGeneratedNever();
            row.HasOne<SetRow>().WithMany().HasForeignKey(i => i.DatasetId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<VersionRow>(row =>
        {
            row.ToTable("datasets_versions").HasKey(v => new { v.DatasetId, v.Number });
            row.HasOne<SetRow>().WithMany().HasForeignKey(v => v.DatasetId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<GenerationRow>(row =>
        {
            row.ToTable("datasets_generations").HasIndex(g => new { g.DatasetId, g.CreatedAt });
            row.Property(g => g.Id).ValueGeneratedNever();
            row.HasOne<SetRow>().WithMany().HasForeignKey(g => g.DatasetId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<FeedbackRow>(row =>
        {
            row.ToTable("datasets_feedback").HasKey(f => f.MessageId);
            row.HasIndex(f => new { f.State, f.GivenAt }, "IX_datasets_feedback_State");
            row.Property(f => f.MessageId).ValueGeneratedNever();
        });
        modelBuilder.Entity<PresetRow>().ToTable("datasets_presets").HasKey(preset => preset.Name);
    }
}
