using System.IO.Compression;
using Npgsql;
using Platform.Fakes;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Tests.Storage;

/// <summary>Data folders that the program wrote when its tables were at step 1 (Step1/*.zip; for PostgreSQL with what pg_dump made of its database): today's program opens them. Fault 8.</summary>
public sealed class OldFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_of_step_1_on_SQLite_is_brought_up_to_date_with_all_that_is_in_it()
    {
        Unpack("sqlite.zip");
        await CheckAsync("");
    }

    [Fact]
    public async Task A_folder_of_step_1_on_PostgreSQL_is_brought_up_to_date_with_all_that_is_in_it()
    {
        Unpack("postgres.zip");
        string connection = await PostgresServer.NewDatabaseAsync();
        await using (NpgsqlConnection database = new(connection))
        {
            await database.OpenAsync(Token);
            await using NpgsqlCommand restore = database.CreateCommand();
#pragma warning disable CA2100 // the test's own file
            restore.CommandText = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "platform.sql"), Token);
#pragma warning restore CA2100
            await restore.ExecuteNonQueryAsync(Token);
        }

        await CheckAsync(connection);
    }

    public void Dispose() => _folder.Dispose();

    private void Unpack(string name) => ZipFile.ExtractToDirectory(Path.Combine(AppContext.BaseDirectory, "Storage", "Step1", name), _folder.Path);

    private async Task CheckAsync(string connection)
    {
        for (int start = 0; start < 2; start++)
        {
            await using Room room = await Room.OpenAsync(_folder.Data, settings: ("ConnectionStrings:Platform", connection));
            KnowledgeBase handbook = Assert.Single(await room.Bases.ListAsync(Room.Ada, Token));
            Assert.Equal(("Handbook", 2 + start, 2 + start), (handbook.Name, handbook.Documents, handbook.Ready));
            IReadOnlyList<DocumentInfo> documents = await room.Documents.ListAsync(Room.Ada, handbook.Id, Token);
            DocumentInfo canteen = documents.Single(d => d.Name == "canteen.md");
            Assert.Contains("noon", (await room.Documents.ReadTextAsync(Room.Ada, canteen.Id, Token)).Text, StringComparison.Ordinal);
            Assert.Equal(["Canteen", "食堂"], (await room.Documents.PassagesAsync(Room.Ada, canteen.Id, Token)).Select(p => p.Heading));
            Assert.Equal("leave.txt", (await room.Search.SearchAsync(Room.Ada, new("How many days of leave?", [handbook.Id]), Token)).Hits[0].DocumentName);
            Passage found = (await room.Search.SearchAsync(Room.Ada, new("食堂几点开门？", [handbook.Id]), Token)).Hits[0].Passage;
            Assert.Equal((canteen.Id, "食堂中午十二点开门。"), (found.DocumentId, found.Text));
            await room.AddReadyAsync(Room.Ada, handbook.Id, $"new {start}.txt", $"Added by start {start} of today's program.");
            await ReplacedAsync(room, handbook.Id, start);
        }

        await using Room last = await Room.OpenAsync(_folder.Data, working: false, settings: ("ConnectionStrings:Platform", connection));
        Assert.Empty(await last.Index.UnsettledAsync(Token));
    }

    /// <summary>A document from before versions were kept takes a new version, and the old passages go.</summary>
    private static async Task ReplacedAsync(Room room, Guid baseId, int start)
    {
        DocumentInfo leave = (await room.AddAsync(Room.Ada, baseId, "leave.txt", $"Everyone has {31 + start} days of leave a year.", DuplicateChoice.Replace)).Document!;
        await room.WaitAsync(leave.Id, d => d is { State: DocumentState.Ready } && d.Version == 2 + start);
        Assert.Equal($"Everyone has {31 + start} days of leave a year.", Assert.Single(await room.Documents.PassagesAsync(Room.Ada, leave.Id, Token)).Text);
    }
}
