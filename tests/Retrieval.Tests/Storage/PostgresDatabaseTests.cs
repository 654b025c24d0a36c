using Microsoft.EntityFrameworkCore;
using Platform.Fakes;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Tests.Storage;

public sealed class PostgresDatabaseTests : PlatformDatabaseSuite, IAsyncLifetime
{
    private string _connection = "";

    [Fact]
    public async Task The_whole_room_works_on_it()
    {
        using TempFolder folder = new();
        await using Room room = await Room.OpenAsync(folder.Data, settings: ("ConnectionStrings:Platform", _connection));
        Guid baseId = (await room.NewBaseAsync(Room.Ada, name: "Handbook")).Id;
        DocumentInfo ready = await room.AddReadyAsync(Room.Ada, baseId, "leave.txt", "Everyone has thirty days of leave a year.");
        Assert.Equal(ready.Id, Assert.Single((await room.Search.SearchAsync(Room.Ada, new("days of leave", [baseId]), Token)).Hits).Passage.DocumentId);
        IngestReceipt[] receipts = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => room.AddAsync(Room.Ada, baseId, "same.txt", "The same text ten times.")));
        Assert.Single(receipts, r => r.Outcome == IngestOutcome.Added);
        Assert.Equal(2, (await room.Bases.ListAsync(Room.Ada, Token)).Single().Documents);
        await room.Documents.DeleteAsync(Room.Ada, ready.Id, Token);
        await room.Bases.DeleteAsync(Room.Ada, baseId, Token);
        Assert.Empty(await room.Bases.ListAsync(Room.Admin, Token));
    }

    public async ValueTask InitializeAsync() => _connection = await PostgresServer.NewDatabaseAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal override NotesContext Open()
    {
        DbContextOptionsBuilder options = new();
        PlatformDatabase.Use(options, _connection, "");
        return new NotesContext(options.Options);
    }
}
