using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Index.Embedded;
using Platform.Retrieval.Reading;
using Platform.Retrieval.Search;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Tests.Ingest;

public sealed class KillTests : IDisposable
{
    // What is going on when the program dies. An add and a write go on for a moment, so that death comes somewhere inside. Each start costs seconds: these are the moments that differ.
    private static readonly string[] Moments = ["added", "embedding", "writing", "shown", "writing", "written", "writing"];

    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killing_the_program_at_any_moment_leaves_no_half_document_and_ingestion_goes_on_faults_1_and_31_conformance_9()
    {
        Guid baseId = await NewBaseAsync();
        Random random = new(20261122);
        foreach (string moment in Moments)
        {
            await KillAtAsync(baseId, adds: 1000, moment, times: 1 + random.Next(6), TimeSpan.FromMilliseconds(moment is "added" or "writing" ? random.Next(12) : 0));
            await CheckWholenessAsync(baseId);
        }

        await using Room last = await Room.OpenAsync(_folder.Data, settings: ChildProgram.ManyDeaths);
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

    [Fact]
    public async Task A_version_that_was_written_and_not_taken_over_is_not_seen_and_can_be_cancelled()
    {
        (Guid baseId, DocumentInfo first) = await KilledWithTwoVersionsAsync("written");
        await using Room room = await Room.OpenAsync(_folder.Data, working: false);
        await SeesOnlyAsync(room, baseId, first.Id, version: 1);
        await room.Documents.CancelAsync(Room.Ada, first.Id, Token);
        DocumentInfo after = await room.Documents.GetAsync(Room.Ada, first.Id, Token);
        Assert.Equal((DocumentState.Ready, 1, first.Sha256), (after.State, after.Version, after.Sha256));
        await SeesOnlyAsync(room, baseId, first.Id, version: 1);
        Assert.Equal(first.Passages, await room.PassagesAsync());
    }

    [Fact]
    public async Task A_version_that_was_taken_over_is_seen_and_the_old_one_is_cleared_away_at_the_next_start()
    {
        (Guid baseId, DocumentInfo first) = await KilledWithTwoVersionsAsync("shown");
        await CheckWholenessAsync(baseId);
        await using Room room = await Room.OpenAsync(_folder.Data, working: false);
        DocumentInfo after = await room.Documents.GetAsync(Room.Ada, first.Id, Token);
        Assert.Equal((DocumentState.Ready, 2), (after.State, after.Version));
        await SeesOnlyAsync(room, baseId, first.Id, version: 2);
        Assert.Equal(after.Passages, await room.PassagesAsync());
    }

    public void Dispose() => _folder.Dispose();

    private static async Task SeesOnlyAsync(Room room, Guid baseId, Guid documentId, int version)
    {
        Assert.All(await room.Documents.PassagesAsync(Room.Ada, documentId, Token), passage => Assert.Equal(version, passage.Version));
        IReadOnlyList<SearchHit> hits = (await room.Search.SearchAsync(Room.Ada, new("paragraph of document 0", [baseId]), Token)).Hits;
        Assert.NotEmpty(hits);
        Assert.All(hits, hit => Assert.Equal((version, version), (hit.Passage.Version, hit.DocumentVersion)));
    }

    private async Task<Guid> NewBaseAsync()
    {
        await using Room room = await Room.OpenAsync(_folder.Data, working: false);
        return (await room.NewBaseAsync(Room.Ada)).Id;
    }

    /// <summary>A ready document, and a program that was killed while it replaced it.</summary>
    private async Task<(Guid BaseId, DocumentInfo First)> KilledWithTwoVersionsAsync(string moment)
    {
        Guid baseId;
        DocumentInfo first;
        await using (Room room = await Room.OpenAsync(_folder.Data))
        {
            baseId = (await room.NewBaseAsync(Room.Ada)).Id;
            first = await room.AddReadyAsync(Room.Ada, baseId, "document 0.txt", KilledText.Make("document 0.txt", version: 5000));
        }

        await KillAtAsync(baseId, adds: 1, moment, times: 1, TimeSpan.Zero);
        return (baseId, first);
    }

    private async Task KillAtAsync(Guid baseId, int adds, string moment, int times, TimeSpan later)
    {
        using Process child = ChildProgram.Start("ingest", _folder.Path, baseId.ToString(), $"{adds}", moment, $"{times}");
        Assert.Equal(moment, await child.StandardOutput.ReadLineAsync(Token));
        await Task.Delay(later, Token);
        child.Kill();
        await child.WaitForExitAsync(Token);
    }

    /// <summary>What a search could see now: of each document all paragraphs of the content that its row names, or nothing.</summary>
    private async Task CheckWholenessAsync(Guid baseId)
    {
        EmbeddedPassageIndex index = new(_folder.Data);
        await using RetrievalContext db = new(new DbContextOptionsBuilder<RetrievalContext>().UseSqlite($"Data Source={_folder.Data.Databases}/platform.db").Options);
        foreach (DocumentRow document in await db.Documents.AsNoTracking().Where(d => d.Indexed).ToListAsync(Token))
        {
            IReadOnlyList<Passage> passages = await index.ListAsync(baseId, document.Id, document.Version, Token);
            string whole = await File.ReadAllTextAsync(Path.Combine(_folder.Data.Files, document.Sha256[..2], document.Sha256[2..]), Token);
            Assert.Equal(string.Concat(whole.Where(c => !char.IsWhiteSpace(c))), string.Concat(passages.SelectMany(p => p.Text).Where(c => !char.IsWhiteSpace(c))));
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
