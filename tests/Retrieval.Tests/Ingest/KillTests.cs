using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Index.Embedded;
using Platform.Retrieval.Reading;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Tests.Ingest;

public sealed class KillTests : IDisposable
{
    private const int Kills = 20;
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killing_the_program_at_any_moment_leaves_no_half_document_and_ingestion_goes_on_faults_1_and_31()
    {
        Guid baseId;
        await using (Room room = await Room.OpenAsync(_folder.Data, working: false))
        {
            baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        }

        Random random = new(20261122);
        for (int kill = 0; kill < Kills; kill++)
        {
            using Process child = ChildProgram.Start("ingest", _folder.Path, baseId.ToString());
            for (int adds = random.Next(8); adds >= 0; adds--)
            {
                Assert.Equal("added", await child.StandardOutput.ReadLineAsync(Token));
            }

            await Task.Delay(random.Next(50), Token);
            child.Kill();
            await child.WaitForExitAsync(Token);
            await CheckWholenessAsync(baseId);
        }

        await using Room last = await Room.OpenAsync(_folder.Data);
        IReadOnlyList<DocumentInfo> documents = await last.Documents.ListAsync(Room.Ada, baseId, Token);
        Assert.NotEmpty(documents);
        foreach (DocumentInfo document in documents)
        {
            DocumentInfo ready = await last.WaitAsync(document.Id, DocumentState.Ready);
            ParsedDocument text = await last.Documents.ReadTextAsync(Room.Ada, document.Id, Token);
            List<Passage> expected = await last.Get<SectionChunker>().ChunkAsync(text, baseId, document.Id, ready.Version, new ChunkingOptions(), Token).ToListAsync(Token);
            Assert.Equal(expected, await last.Documents.PassagesAsync(Room.Ada, document.Id, Token));
            Assert.Equal(expected.Count, ready.Passages);
            Assert.NotEmpty((await last.Search.SearchAsync(Room.Ada, new($"version{KilledText.VersionOf(text.Text)} {document.Name}", [baseId]), Token)).Hits);
        }

        Assert.Equal(documents.Count, documents.Select(d => d.Name).Distinct().Count());
        await CheckFilesAsync();
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What a search could see now: of each document all paragraphs of one version, or nothing.</summary>
    private async Task CheckWholenessAsync(Guid baseId)
    {
        EmbeddedPassageIndex index = new(_folder.Data);
        await using RetrievalContext db = new(new DbContextOptionsBuilder<RetrievalContext>().UseSqlite($"Data Source={_folder.Data.Databases}/platform.db").Options);
        foreach (DocumentRow document in await db.Documents.AsNoTracking().ToListAsync(Token))
        {
            IReadOnlyList<Passage> passages = await index.ListAsync(baseId, document.Id, Token);
            if (passages.Count == 0)
            {
                Assert.False(document.Indexed, "A document that was ready has lost its passages.");
                continue;
            }

            int version = Assert.Single(passages.Select(p => KilledText.VersionOf(p.Text)).OfType<int>().Distinct());
            string whole = string.Concat(KilledText.Make(document.Name, version).Where(c => !char.IsWhiteSpace(c)));
            Assert.Equal(whole, string.Concat(passages.SelectMany(p => p.Text).Where(c => !char.IsWhiteSpace(c))));
        }
    }

    /// <summary>SQLite's and FTS5's own checks, and no file that no document names.</summary>
    private async Task CheckFilesAsync()
    {
        await using SqliteConnection connection = new($"Data Source={_folder.Data.Databases}/passages.db");
        await connection.OpenAsync(Token);
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", await command.ExecuteScalarAsync(Token));
        command.CommandText = "INSERT INTO words (words) VALUES ('integrity-check'); SELECT count(*) FROM passages p LEFT JOIN vectors v ON v.row = p.row WHERE v.row IS NULL";
        Assert.Equal(0L, await command.ExecuteScalarAsync(Token));
        DirectoryInfo incoming = new(Path.Combine(_folder.Data.Files, "incoming"));
        Assert.False(incoming.Exists && incoming.EnumerateFiles().Any(), "a half upload is left");
    }
}
