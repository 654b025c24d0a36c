using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;

namespace Platform.Retrieval.Tests.Bases;

public sealed class KnowledgeBasesTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private Room _room = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_base_is_seen_by_its_owner_and_administrators_and_by_all_when_shared_fault_34()
    {
        KnowledgeBase secret = await _room.NewBaseAsync(Room.Ada);
        KnowledgeBase shared = await _room.NewBaseAsync(Room.Ada, shared: true);
        Assert.Equal([shared.Id], await IdsAsync(Room.Bob));
        Assert.Equal(2, (await IdsAsync(Room.Ada)).Count);
        Assert.Equal(2, (await IdsAsync(Room.Admin)).Count);
        await Assert.ThrowsAsync<NotFoundException>(() => _room.Bases.GetAsync(Room.Bob, secret.Id, Token));
        Assert.Equal(shared, await _room.Bases.GetAsync(Room.Bob, shared.Id, Token));
        Assert.Equal((true, false, true), (await CanAsync(Room.Ada), await CanAsync(Room.Bob), await CanAsync(Room.Admin)));

        Task<bool> CanAsync(Caller caller) => _room.Bases.CanChangeAsync(caller, shared.Id, Token);
    }

    [Fact]
    public async Task Only_the_owner_and_administrators_change_or_delete_a_base()
    {
        KnowledgeBase shared = await _room.NewBaseAsync(Room.Ada, shared: true);
        await Assert.ThrowsAsync<NotFoundException>(() => _room.Bases.UpdateAsync(Room.Bob, shared.Id, "Mine now", "", false, Token));
        await Assert.ThrowsAsync<NotFoundException>(() => _room.Bases.DeleteAsync(Room.Bob, shared.Id, Token));
        KnowledgeBase renamed = await _room.Bases.UpdateAsync(Room.Admin, shared.Id, " Renamed ", "What it holds", false, Token);
        Assert.Equal(("Renamed", "What it holds", "ada", false), (renamed.Name, renamed.Description, renamed.OwnerId, renamed.Shared));
        await _room.Bases.DeleteAsync(Room.Ada, shared.Id, Token);
        Assert.Empty(await IdsAsync(Room.Admin));
    }

    [Fact]
    public async Task A_name_has_1_to_100_characters_and_is_its_owners_only_one()
    {
        await _room.NewBaseAsync(Room.Ada, name: "Handbook");
        ArgumentException taken = await Assert.ThrowsAsync<ArgumentException>(() => _room.NewBaseAsync(Room.Ada, name: "handbook "));
        Assert.Contains("handbook", taken.Message, StringComparison.Ordinal);
        await _room.NewBaseAsync(Room.Bob, name: "Handbook");
        await Assert.ThrowsAsync<ArgumentException>(() => _room.NewBaseAsync(Room.Ada, name: "  "));
        ArgumentException longer = await Assert.ThrowsAsync<ArgumentException>(() => _room.NewBaseAsync(Room.Ada, name: new string('x', 101)));
        Assert.Contains("101", longer.Message, StringComparison.Ordinal);
        KnowledgeBase other = await _room.NewBaseAsync(Room.Ada, name: "Other");
        await Assert.ThrowsAsync<ArgumentException>(() => _room.Bases.UpdateAsync(Room.Ada, other.Id, "HANDBOOK", "", false, Token));
        Assert.Equal("Other", (await _room.Bases.UpdateAsync(Room.Ada, other.Id, "Other", "", false, Token)).Name);
    }

    [Fact]
    public async Task Counts_follow_the_documents()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada)).Id;
        DocumentInfo document = await _room.AddReadyAsync(Room.Ada, baseId, "a.txt", "Some text.");
        await _room.AddReadyAsync(Room.Ada, baseId, "b.txt", "Some other text.");
        KnowledgeBase counted = await _room.Bases.GetAsync(Room.Ada, baseId, Token);
        Assert.Equal((2, 2, 0, 0, 2L, 26L), (counted.Documents, counted.Ready, counted.Failed, counted.InProgress, counted.Passages, counted.Bytes));
        await _room.Documents.DeleteAsync(Room.Ada, document.Id, Token);
        Assert.Equal(1, (await _room.Bases.GetAsync(Room.Ada, baseId, Token)).Documents);
    }

    [Fact]
    public async Task Deleting_a_base_deletes_its_documents_passages_and_files()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada)).Id;
        Guid other = (await _room.NewBaseAsync(Room.Ada)).Id;
        DocumentInfo gone = await _room.AddReadyAsync(Room.Ada, baseId, "a.txt", "Only here.");
        DocumentInfo both = await _room.AddReadyAsync(Room.Ada, baseId, "b.txt", "In both bases.");
        DocumentInfo kept = await _room.AddReadyAsync(Room.Ada, other, "b.txt", "In both bases.");
        await _room.Bases.DeleteAsync(Room.Ada, baseId, Token);
        await Assert.ThrowsAsync<NotFoundException>(() => _room.Documents.GetAsync(Room.Admin, gone.Id, Token));
        Assert.Equal(1, await _room.PassagesAsync());
        Assert.Equal([both.Sha256], Directory.GetFiles(_folder.Data.Files, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(Path.GetDirectoryName(f)) + Path.GetFileName(f)));
        Assert.Equal("In both bases.", (await _room.Documents.ReadTextAsync(Room.Ada, kept.Id, Token)).Text.Trim());
    }

    public async ValueTask InitializeAsync() => _room = await Room.OpenAsync(_folder.Data);

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<List<Guid>> IdsAsync(Caller caller) => [.. (await _room.Bases.ListAsync(caller, Token)).Select(b => b.Id)];
}
