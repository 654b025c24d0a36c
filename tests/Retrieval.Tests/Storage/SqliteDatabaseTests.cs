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

    internal override NotesContext Open()
    {
        DbContextOptionsBuilder options = new();
        PlatformDatabase.Use(options, null, _folder.Path);
        return new NotesContext(options.Options);
    }

    public void Dispose() => _folder.Dispose();
}
