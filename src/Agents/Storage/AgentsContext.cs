using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Storage;

namespace Platform.Agents.Storage;

/// <summary>The tables of this room. Times are stored as Unix milliseconds. One that is disposed of is used again: making one costs as much as a query.</summary>
internal sealed class AgentsContext(DbContextOptions<AgentsContext> options) : DbContext(options), IWritesFirst
{
    /// <summary>Of the tables; raised with each change of them.</summary>
    public const int Version = 14;

    /// <inheritdoc/>
    public bool WritesFirst { get; set; }

    public DbSet<ConversationRow> Conversations => Set<ConversationRow>();
    public DbSet<MessageRow> Messages => Set<MessageRow>();
    public DbSet<RunRow> Runs => Set<RunRow>();
    public DbSet<RunEventRow> RunEvents => Set<RunEventRow>();
    public DbSet<AgentRow> Agents => Set<AgentRow>();
    public DbSet<ApprovalRow> Approvals => Set<ApprovalRow>();
    public DbSet<MemoryRow> Memories => Set<MemoryRow>();
    public DbSet<VectorRow> Vectors => Set<VectorRow>();
    public DbSet<AgentVersionRow> AgentVersions => Set<AgentVersionRow>();
    public DbSet<PromptRow> Prompts => Set<PromptRow>();
    public DbSet<PromptVersionRow> PromptVersions => Set<PromptVersionRow>();
    public DbSet<SettingRow> Settings => Set<SettingRow>();
    public DbSet<ScheduleRow> Schedules => Set<ScheduleRow>();
    public DbSet<ScheduleEntryRow> ScheduleEntries => Set<ScheduleEntryRow>();

    public DbSet<TestSuiteRow> TestSuites => Set<TestSuiteRow>();
    public DbSet<TestRow> Tests => Set<TestRow>();
    public DbSet<SuiteRunRow> SuiteRuns => Set<SuiteRunRow>();
    public DbSet<TestResultRow> TestResults => Set<TestResultRow>();

    /// <summary>Letters of all alphabets in lower case: PostgreSQL's own lower(), and one of ours in SQLite, whose own knows ASCII alone.</summary>
    [DbFunction(IsBuiltIn = true)]
    public static string Lower(string text) => throw new InvalidOperationException($"Lower('{text}') is for queries only. This is a bug.");

    /// <summary>Points it at the database, as <see cref="PlatformDatabase.Use"/> does.</summary>
    public static void Use(DbContextOptionsBuilder options, string? connectionString, string dataDirectory)
    {
        PlatformDatabase.Use(options, connectionString, dataDirectory);
        options.AddInterceptors(UnicodeLower.Registered);
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        foreach (var entry in ChangeTracker.Entries().Where(entry => entry.State is EntityState.Added or EntityState.Modified))
        {
            foreach (var property in entry.Properties.Where(property => property.CurrentValue is string text && text.Contains('\0', StringComparison.Ordinal)))
                property.CurrentValue = StorableText.Of((string)property.CurrentValue!);
        }
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    public override ValueTask DisposeAsync()
    {
        WritesFirst = false;
        return base.DisposeAsync();
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        PlatformDatabase.StoreTimesAsMilliseconds(configurationBuilder);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDbFunction(() => Lower("")).HasName(Database.IsSqlite() ? UnicodeLower.Name : "lower");
        modelBuilder.Entity<ConversationRow>(row =>
        {
            row.ToTable("agents_conversations").HasIndex(c => new { c.OwnerId, c.UpdatedAt });
            row.Property(c => c.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<MessageRow>(row =>
        {
            row.ToTable("agents_messages").HasIndex(m => new { m.ConversationId, m.Ordinal }).IsUnique();
            row.Property(m => m.Id).ValueGeneratedNever();
            row.HasOne<ConversationRow>().WithMany().HasForeignKey(m => m.ConversationId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<RunRow>(row =>
        {
            row.ToTable("agents_runs").HasIndex(r => r.ConversationId, "IX_agents_runs_Conversation");
            row.HasIndex(r => r.ConversationId, "IX_agents_runs_Active").IsUnique().HasFilter("\"EndedAt\" IS NULL");
            row.HasIndex(r => r.ParentId, "IX_agents_runs_Parent");
            row.HasIndex(r => r.CreatedAt, "IX_agents_runs_Created");
            row.Property(r => r.Id).ValueGeneratedNever();
            row.HasOne<ConversationRow>().WithMany().HasForeignKey(r => r.ConversationId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<RunEventRow>(row =>
        {
            row.ToTable("agents_run_events").HasKey(e => new { e.RunId, e.Seq });
            row.HasOne<RunRow>().WithMany().HasForeignKey(e => e.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<AgentRow>(row =>
        {
            row.ToTable("agents_definitions").HasIndex(a => a.Slug).IsUnique();
            row.Property(a => a.Id).ValueGeneratedNever();
            row.Property(a => a.Revision).IsConcurrencyToken();
        });
        modelBuilder.Entity<ApprovalRow>(row =>
        {
            row.ToTable("agents_approvals").HasIndex(a => new { a.OwnerId, a.Status });
            row.HasIndex(a => a.RunId, "IX_agents_approvals_Run");
            row.Property(a => a.Id).ValueGeneratedNever();
            row.HasOne<RunRow>().WithMany().HasForeignKey(a => a.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<MemoryRow>(row =>
        {
            row.ToTable("agents_memories").HasIndex(m => new { m.AgentId, m.OwnerId });
            row.Property(m => m.Id).ValueGeneratedNever();
            row.HasOne<AgentRow>().WithMany().HasForeignKey(m => m.AgentId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<VectorRow>(row =>
        {
            row.ToTable("agents_vectors").HasKey(v => new { v.AgentId, v.Use, v.Sha256 });
            row.HasOne<AgentRow>().WithMany().HasForeignKey(v => v.AgentId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<TestSuiteRow>(row =>
        {
            row.ToTable("agents_test_suites").HasIndex(s => s.OwnerId);
            row.Property(s => s.Id).ValueGeneratedNever();
            row.HasOne<AgentRow>().WithMany().HasForeignKey(s => s.AgentId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<TestRow>(row =>
        {
            row.ToTable("agents_tests").HasIndex(t => t.SuiteId);
            row.Property(t => t.Id).ValueGeneratedNever();
            row.HasOne<TestSuiteRow>().WithMany().HasForeignKey(t => t.SuiteId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<SuiteRunRow>(row =>
        {
            row.ToTable("agents_suite_runs").HasIndex(r => r.SuiteId);
            row.Property(r => r.Id).ValueGeneratedNever();
            row.HasOne<TestSuiteRow>().WithMany().HasForeignKey(r => r.SuiteId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<TestResultRow>(row =>
        {
            row.ToTable("agents_test_results").HasKey(t => new { t.SuiteRunId, t.Ordinal });
            row.HasOne<SuiteRunRow>().WithMany().HasForeignKey(t => t.SuiteRunId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<AgentVersionRow>(row =>
        {
            row.ToTable("agents_definition_versions").HasKey(v => new { v.AgentId, v.Number });
            row.HasOne<AgentRow>().WithMany().HasForeignKey(v => v.AgentId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<PromptRow>(row =>
        {
            row.ToTable("agents_prompts").HasIndex(p => p.OwnerId);
            row.Property(p => p.Id).ValueGeneratedNever();
            row.Property(p => p.Revision).IsConcurrencyToken();
        });
        modelBuilder.Entity<PromptVersionRow>(row =>
        {
            row.ToTable("agents_prompt_versions").HasKey(v => new { v.PromptId, v.Number });
            row.HasOne<PromptRow>().WithMany().HasForeignKey(v => v.PromptId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ScheduleRow>(row =>
        {
            row.ToTable("agents_schedules").HasIndex(s => s.OwnerId);
            row.HasIndex(s => s.NextAt);
            row.Property(s => s.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<ScheduleEntryRow>(row =>
        {
            row.ToTable("agents_schedule_entries").HasIndex(e => new { e.ScheduleId, e.CreatedAt });
            row.HasIndex(e => e.Outcome);
            row.Property(e => e.Id).ValueGeneratedNever();
            row.HasOne<ScheduleRow>().WithMany().HasForeignKey(e => e.ScheduleId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<SettingRow>(row =>
        {
            row.ToTable("agents_settings").HasKey(s => s.Name);
            row.Property(s => s.Revision).IsConcurrencyToken();
        });
    }
}
