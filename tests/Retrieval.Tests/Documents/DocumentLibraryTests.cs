using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Tests.Documents;

public sealed class DocumentLibraryTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private Room _room = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_person_may_not_read_does_not_exist_for_them_fault_34()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada)).Id;
        Guid id = (await _room.AddReadyAsync(Room.Ada, baseId, "secret.txt", "Ada's secret.")).Id;
        Func<Caller, Task>[] calls =
        [
            c => _room.Documents.ListAsync(c, baseId, Token), c => _room.Documents.GetAsync(c, id, Token), c => _room.Documents.OpenOriginalAsync(c, id, Token),
            c => _room.Documents.ReadTextAsync(c, id, Token), c => _room.Documents.PassagesAsync(c, id, Token), c => _room.Documents.RenderPageAsync(c, id, 1, Token),
            c => _room.Documents.RetryAsync(c, id, Token), c => _room.Documents.CancelAsync(c, id, Token), c => _room.Documents.DeleteAsync(c, id, Token),
            c => _room.AddAsync(c, baseId, "mine.txt", "Bob's text."),
        ];
        foreach (Func<Caller, Task> call in calls)
        {
            await Assert.ThrowsAsync<NotFoundException>(() => call(Room.Bob));
        }

        Assert.Equal(id, Assert.Single(await _room.Documents.ListAsync(Room.Admin, baseId, Token)).Id);
    }

    [Fact]
    public async Task A_shared_base_is_read_by_all_and_changed_by_its_owner()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada, shared: true)).Id;
        Guid id = (await _room.AddReadyAsync(Room.Ada, baseId, "news.txt", "For everyone.")).Id;
        Assert.Equal("For everyone.", Assert.Single(await _room.Documents.PassagesAsync(Room.Bob, id, Token)).Text);
        await using (Stream original = await _room.Documents.OpenOriginalAsync(Room.Bob, id, Token))
        using (StreamReader reader = new(original))
        {
            Assert.Equal("For everyone.", await reader.ReadToEndAsync(Token));
        }

        await Assert.ThrowsAsync<NotFoundException>(() => _room.Documents.DeleteAsync(Room.Bob, id, Token));
        await Assert.ThrowsAsync<NotFoundException>(() => _room.Documents.RetryAsync(Room.Bob, id, Token));
        await Assert.ThrowsAsync<NotFoundException>(() => _room.AddAsync(Room.Bob, baseId, "mine.txt", "Bob's text."));
    }

    [Fact]
    public async Task Documents_are_listed_by_name_with_what_is_known_of_them()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada)).Id;
        await _room.AddReadyAsync(Room.Ada, baseId, "b.txt", "员工每年享有三十天年假。");
        await _room.AddReadyAsync(Room.Ada, baseId, "A.md", "# Title\n\nText.");
        IReadOnlyList<DocumentInfo> list = await _room.Documents.ListAsync(Room.Ada, baseId, Token);
        Assert.Equal([("A.md", "text/markdown", "en"), ("b.txt", "text/plain", "zh")], list.Select(d => (d.Name, d.MediaType, d.Language)));
        Assert.All(list, d => Assert.Equal((1, 1, 1, "ada", 0, null), (d.Pages, d.Passages, d.Version, d.UploadedBy, d.QueuePosition, d.ErrorCode)));
    }

    [Fact]
    public async Task Deleting_leaves_nothing_behind_and_can_be_asked_for_once()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada)).Id;
        DocumentInfo document = await _room.AddReadyAsync(Room.Ada, baseId, "a.txt", "To be forgotten.");
        await _room.Documents.DeleteAsync(Room.Ada, document.Id, Token);
        await Assert.ThrowsAsync<NotFoundException>(() => _room.Documents.DeleteAsync(Room.Ada, document.Id, Token));
        Assert.Empty((await _room.Search.SearchAsync(Room.Ada, new("forgotten", [baseId]), Token)).Hits);
        Assert.Equal(0, await _room.PassagesAsync());
        Assert.Empty(Directory.GetFiles(_folder.Data.Files, "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFiles(_folder.Data.Cache, "*", SearchOption.AllDirectories));
        Assert.Equal(IngestOutcome.Added, (await _room.AddAsync(Room.Ada, baseId, "a.txt", "To be forgotten.")).Outcome);
    }

    [Fact]
    public async Task The_text_is_made_anew_when_the_cache_is_gone()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada)).Id;
        DocumentInfo document = await _room.AddReadyAsync(Room.Ada, baseId, "a.md", "# Title\n\nText.");
        var before = await _room.Documents.ReadTextAsync(Room.Ada, document.Id, Token);
        string kept = Assert.Single(Directory.GetFiles(_folder.Data.Cache, "*", SearchOption.AllDirectories));
        await File.WriteAllTextAsync(kept, "damaged", Token);
        Assert.Equal(before.Text, (await _room.Documents.ReadTextAsync(Room.Ada, document.Id, Token)).Text);
        Directory.Delete(_folder.Data.Cache, recursive: true);
        var after = await _room.Documents.ReadTextAsync(Room.Ada, document.Id, Token);
        Assert.Equal(before.Blocks, after.Blocks);
        Assert.Equal(before.Text, after.Text);
    }

    public async ValueTask InitializeAsync() => _room = await Room.OpenAsync(_folder.Data);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }
}
