using Microsoft.Extensions.DependencyInjection;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Index.Embedded;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Tests.Ingest;

/// <summary>While both versions of a document stand in the index, the one that its row names is found, and no other.</summary>
public sealed class VersionSwitchTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("written", 1)]
    [InlineData("shown", 2)]
    public async Task Only_the_version_that_the_row_names_is_found(string moment, int version)
    {
        TaskCompletionSource reached = new(), go = new();
        string held = "";
        await using Room room = await Room.OpenAsync(_folder.Data, change: services => services.AddSingleton(provider => TellingIndex.Around(
            new EmbeddedPassageIndex(provider.GetRequiredService<DataFolder>()), what => what == held && reached.TrySetResult() ? go.Task : Task.CompletedTask)));
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        DocumentInfo document = await room.AddReadyAsync(Room.Ada, baseId, "plan.txt", "The colour of the door is red.");
        held = moment;
        await room.AddAsync(Room.Ada, baseId, "plan.txt", "The colour of the door is blue.", DuplicateChoice.Replace);
        await reached.Task.WaitAsync(Token);

        Assert.Equal([(baseId, document.Id)], await room.Index.UnsettledAsync(Token));
        foreach (SearchMode mode in Enum.GetValues<SearchMode>())
        {
            SearchHit hit = Assert.Single((await room.Search.SearchAsync(Room.Ada, new("colour of the door", [baseId], Mode: mode), Token)).Hits);
            Assert.Equal((version, version), (hit.Passage.Version, hit.DocumentVersion));
        }

        Assert.Equal(version, Assert.Single(await room.Documents.PassagesAsync(Room.Ada, document.Id, Token)).Version);
        go.SetResult();
        await room.WaitAsync(document.Id, d => d is { State: DocumentState.Ready, Version: 2 });
    }

    public void Dispose() => _folder.Dispose();
}
