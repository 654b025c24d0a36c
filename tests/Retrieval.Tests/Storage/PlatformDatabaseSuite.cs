using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Tests.Storage;

/// <summary>What both databases must do for a room.</summary>
public abstract class PlatformDatabaseSuite
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A context on an empty database; the same database at each call within a test.</summary>
    internal abstract NotesContext Open();

    [Fact]
    public async Task Makes_a_rooms_tables_once_and_keeps_what_is_in_them()
    {
        await PrepareAsync(1);
        await using (NotesContext notes = Open())
        {
            notes.Notes.Add(new Note { Id = Guid.NewGuid(), Text = "kept {0}", At = Moment(5) });
            await notes.SaveChangesAsync(Token);
        }

        await PrepareAsync(1);
        await using NotesContext again = Open();
        Assert.Equal("kept {0}", (await again.Notes.SingleAsync(Token)).Text);
    }

    [Fact]
    public async Task Two_rooms_share_a_database()
    {
        await PrepareAsync(1);
        await using NotesContext second = Open();
        await second.Database.ExecuteSqlRawAsync("INSERT INTO room_versions (room, version) VALUES ('another', 7)", Token);
        await PrepareAsync(1);
    }

    [Fact]
    public async Task Processes_that_start_at_once_make_the_tables_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => PrepareAsync(1), Token)));
        await using NotesContext notes = Open();
        Assert.Empty(await notes.Notes.ToListAsync(Token));
    }

    [Fact]
    public async Task Later_steps_are_applied_in_order_and_once()
    {
        await PrepareAsync(1);
        List<int> applied = [];
        Dictionary<int, Func<DbContext, CancellationToken, Task>> steps = Enumerable.Range(2, 2).ToDictionary(to => to, to => new Func<DbContext, CancellationToken, Task>(async (room, cancellation) =>
        {
            applied.Add(to);
            await room.Database.ExecuteSqlRawAsync(to == 2 ? "ALTER TABLE notes ADD COLUMN colour integer" : "UPDATE notes SET colour = 3", cancellation);
        }));
        await PrepareAsync(3, steps);
        await PrepareAsync(3, steps);
        Assert.Equal([2, 3], applied);
    }

    [Fact]
    public async Task A_step_that_fails_changes_nothing()
    {
        await PrepareAsync(1);
        Dictionary<int, Func<DbContext, CancellationToken, Task>> steps = new()
        {
            [2] = async (room, cancellation) =>
            {
                await room.Database.ExecuteSqlRawAsync("ALTER TABLE notes ADD COLUMN colour integer", cancellation);
                throw new InvalidDataException("in the middle");
            },
        };
        await Assert.ThrowsAsync<InvalidDataException>(() => PrepareAsync(2, steps));
        await PrepareAsync(1);
        steps[2] = (room, cancellation) => room.Database.ExecuteSqlRawAsync("ALTER TABLE notes ADD COLUMN colour integer", cancellation);
        await PrepareAsync(2, steps);
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        await PrepareAsync(1);
        await using NotesContext notes = Open();
        await notes.Database.ExecuteSqlRawAsync("UPDATE room_versions SET version = 9", Token);
        StartRefusedException refused = await Assert.ThrowsAsync<StartRefusedException>(() => PrepareAsync(1));
        Assert.Contains("version 9", refused.Message, StringComparison.Ordinal);
        Assert.Contains("version 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_are_ordered_and_compared()
    {
        await PrepareAsync(1);
        await using NotesContext notes = Open();
        notes.AddRange(Enumerable.Range(1, 3).Select(i => 40 - (i * 10)).Select(minute => new Note { Id = Guid.NewGuid(), Text = $"{minute}", At = Moment(minute) }));
        await notes.SaveChangesAsync(Token);
        DateTimeOffset limit = Moment(10);
        Assert.Equal(["20", "30"], await notes.Notes.Where(n => n.At > limit).OrderBy(n => n.At).Select(n => n.Text).ToListAsync(Token));
    }

    private static DateTimeOffset Moment(int minute) => new(2026, 3, 29, 1, minute, 0, TimeSpan.FromHours(2));

    private async Task PrepareAsync(int version, IReadOnlyDictionary<int, Func<DbContext, CancellationToken, Task>>? steps = null)
    {
        await using NotesContext notes = Open();
        await PlatformDatabase.PrepareAsync(notes, "notes", version, Token, steps);
    }
}

/// <summary>A room of one table.</summary>
internal sealed class NotesContext(DbContextOptions options) : DbContext(options), IWritesFirst
{
    public bool WritesFirst { get; set; }

    public DbSet<Note> Notes => Set<Note>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => PlatformDatabase.StoreTimesAsMilliseconds(configurationBuilder);

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Note>().ToTable("notes");
}

internal sealed class Note
{
    public Guid Id { get; set; }

    public required string Text { get; set; }

    public DateTimeOffset At { get; set; }
}
