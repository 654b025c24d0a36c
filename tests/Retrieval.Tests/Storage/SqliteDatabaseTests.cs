using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Tests.Storage;

public sealed class SqliteDatabaseTests : PlatformDatabaseSuite, IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Readers_go_on_while_a_writer_writes()
    {
        await using NotesContext writer = Open();
        await PlatformDatabase.PrepareAsync(writer, "notes", 1, Token);
        await using var transaction = await writer.Database.BeginTransactionAsync(Token);
        writer.Add(new Note { Id = Guid.NewGuid(), Text = "not yet" });
        await writer.SaveChangesAsync(Token);
        await using NotesContext reader = Open();
        Assert.Empty(await reader.Notes.ToListAsync(Token));
    }

    [Theory]
    [InlineData(0)] // the header
    [InlineData(100)] // the tables' names
    public async Task A_damaged_file_is_refused_by_its_name_and_left_as_it_is_fault_6(int from)
    {
        string file;
        await using (NotesContext notes = Open())
        {
            await PlatformDatabase.PrepareAsync(notes, "notes", 1, Token);
            file = notes.Database.GetDbConnection().DataSource;
            await notes.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", Token);
        }

        SqliteConnection.ClearAllPools();
        byte[] damaged = await File.ReadAllBytesAsync(file, Token);
        damaged.AsSpan(from, 4096 - from).Clear();
        await File.WriteAllBytesAsync(file, damaged, Token);
        await using NotesContext again = Open();
        StartRefusedException refused = await Assert.ThrowsAsync<StartRefusedException>(() => PlatformDatabase.PrepareAsync(again, "notes", 1, Token));
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(file, Token));
    }

    internal override NotesContext Open()
    {
        DbContextOptionsBuilder options = new();
        PlatformDatabase.Use(options, null, _folder.Path);
        return new NotesContext(options.Options);
    }

    public void Dispose() => _folder.Dispose();
}
