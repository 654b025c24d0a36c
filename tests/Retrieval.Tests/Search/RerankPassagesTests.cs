using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.ModelHost.Client;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Tests.Search;

/// <summary>The first hits stand in the order of the model that is named for it; without one, or when it fails or is late, in the fused order.</summary>
public sealed class RerankPassagesTests : IAsyncLifetime
{
    private static readonly (string, string) Named = ("ModelHost:RerankModel", "judge");
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_models_order_is_the_results_order()
    {
        List<SearchHit> hits = await SearchAsync((question, documents, _) =>
        {
            Assert.Equal("When does the canteen open?", question);
            Assert.Equal(3, documents.Count);
            return Task.FromResult<IReadOnlyList<float>>([.. documents.Select(text => text.Contains("never", StringComparison.Ordinal) ? 2f : 1f)]);
        }, Named);
        Assert.Equal(("never.txt", 2f), (hits[0].DocumentName, hits[0].RerankScore));
        Assert.All(hits.Skip(1), hit => Assert.Equal(1f, hit.RerankScore));
    }

    [Fact]
    public async Task Without_a_model_none_is_asked()
    {
        List<SearchHit> hits = await SearchAsync((_, _, _) => throw new InvalidOperationException("It was asked."));
        Assert.NotEqual("never.txt", hits[0].DocumentName);
        Assert.All(hits, hit => Assert.Null(hit.RerankScore));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_model_that_fails_or_is_late_leaves_the_fused_order(bool late)
    {
        List<SearchHit> hits = await SearchAsync(async (_, _, stop) =>
        {
            await Task.Delay(late ? Timeout.Infinite : 0, stop);
            throw new ModelHostException(ModelHostErrorKind.Unavailable, "It is away.");
        }, Named, ("Retrieval:RerankTimeout", "00:00:00.1"));
        Assert.NotEqual("never.txt", hits[0].DocumentName);
        Assert.All(hits, hit => Assert.Null(hit.RerankScore));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<List<SearchHit>> SearchAsync(Func<string, IReadOnlyList<string>, CancellationToken, Task<IReadOnlyList<float>>> judge, params (string, string)[] settings)
    {
        await using Room room = await Room.OpenAsync(_folder.Data, change: services => services.Replace(ServiceDescriptor.Singleton<IReranker>(new Judge(judge))), settings: settings);
        Guid target = (await room.NewBaseAsync(Room.Ada)).Id;
        await room.AddReadyAsync(Room.Ada, target, "noon.txt", "When does the canteen open? The canteen does open at noon.");
        await room.AddReadyAsync(Room.Ada, target, "soup.txt", "The canteen serves soup when it is open.");
        await room.AddReadyAsync(Room.Ada, target, "never.txt", "On Sundays the canteen is never to be used.");
        return [.. (await room.Search.SearchAsync(Room.Ada, new SearchQuery("When does the canteen open?", [target]), Token)).Hits];
    }

    private sealed class Judge(Func<string, IReadOnlyList<string>, CancellationToken, Task<IReadOnlyList<float>>> score) : IReranker
    {
        public Task<IReadOnlyList<float>> ScoreAsync(string query, IReadOnlyList<string> documents, CancellationToken cancellation) => score(query, documents, cancellation);
    }
}
