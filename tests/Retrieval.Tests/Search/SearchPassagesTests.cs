using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Platform.Fakes;
using Platform.ModelHost.Client;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Tests.Search;

public sealed class SearchPassagesTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private Room _room = null!;
    private Guid _base;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SearchMode.Fused)]
    [InlineData(SearchMode.Dense)]
    [InlineData(SearchMode.Lexical)]
    public async Task Finds_the_passage_with_its_document_in_every_mode(SearchMode mode)
    {
        DocumentInfo leave = await _room.AddReadyAsync(Room.Ada, _base, "leave.txt", "Everyone has thirty days of leave a year.");
        await _room.AddReadyAsync(Room.Ada, _base, "canteen.txt", "The canteen opens at noon.");
        SearchResult result = await _room.Search.SearchAsync(Room.Ada, new("days of leave", [_base], Mode: mode), Token);
        SearchHit hit = result.Hits[0];
        Assert.Equal((leave.Id, "leave.txt", "text/plain", 1), (hit.Passage.DocumentId, hit.DocumentName, hit.MediaType, hit.DocumentVersion));
        Assert.Equal((mode != SearchMode.Lexical, mode != SearchMode.Dense), (hit.DenseRank == 1, hit.LexicalRank == 1));
        Assert.True(result.Elapsed > TimeSpan.Zero);
    }

    [Fact]
    public async Task Only_bases_that_the_caller_may_read_are_searched_fault_34()
    {
        Guid shared = (await _room.NewBaseAsync(Room.Bob, shared: true)).Id;
        Guid secret = (await _room.NewBaseAsync(Room.Bob)).Id;
        await _room.AddReadyAsync(Room.Ada, _base, "mine.txt", "The password of the safe is tulip.");
        await _room.AddReadyAsync(Room.Bob, shared, "shared.txt", "The password of the safe is daisy.");
        await _room.AddReadyAsync(Room.Bob, secret, "secret.txt", "The password of the safe is orchid.");
        Assert.Equal(["mine.txt", "shared.txt"], await NamesAsync(Room.Ada));
        Assert.Equal(["secret.txt", "shared.txt"], await NamesAsync(Room.Bob));
        Assert.Equal(3, (await NamesAsync(Room.Admin)).Count);
        Assert.Empty((await _room.Search.SearchAsync(Room.Ada, new("password of the safe", [secret]), Token)).Hits);

        async Task<List<string>> NamesAsync(Access.Caller caller) =>
            [.. (await _room.Search.SearchAsync(caller, new("password of the safe", [_base, shared, secret]), Token)).Hits.Select(h => h.DocumentName).Order()];
    }

    [Fact]
    public async Task A_thousand_copies_of_a_paragraph_cannot_fill_the_top()
    {
        string copies = string.Join("\n\n", Enumerable.Range(0, 1000).Select(i => $"# Part {i}\n\nOur return policy for shoes: send the shoes back within 30 days, by order of memo {i}."));
        await _room.AddReadyAsync(Room.Ada, _base, "copies.md", copies);
        await _room.AddReadyAsync(Room.Ada, _base, "Delft.txt", "The shop in Delft takes shoes back under a policy of its own.");
        await _room.AddReadyAsync(Room.Ada, _base, "laces.txt", "Laces and polish are excluded from every return, unlike shoes.");
        await _room.AddReadyAsync(Room.Ada, _base, "letter.txt", "A customer complained by letter about how our policy for boots and shoes was explained to her last winter.");

        IReadOnlyList<SearchHit> hits = (await _room.Search.SearchAsync(Room.Ada, new("What is the return policy for shoes?", [_base], Top: 4), Token)).Hits;
        Assert.Equal(4, hits.Count);
        Assert.Contains(hits, h => h.DocumentName == "Delft.txt");
        Assert.Single(hits, h => h.DocumentName == "copies.md");
    }

    [Fact]
    public async Task Relevance_is_high_for_what_is_answered_and_low_for_what_is_not()
    {
        await _room.AddReadyAsync(Room.Ada, _base, "en.md", "# Leave\n\nEveryone has thirty days of annual leave a year.\n\n# Canteen\n\nThe canteen opens at noon and serves soup.\n\n# Travel\n\nTrips by train are booked by the office.");
        await _room.AddReadyAsync(Room.Ada, _base, "zh.md", "# 年假\n\n员工每年享有三十天的带薪年假。\n\n# 食堂\n\n食堂中午十二点开门，供应汤。");
        foreach (string answerable in new[] { "How many days of annual leave do I have?", "When does the canteen open?", "员工有多少天带薪年假？", "食堂几点开门？" })
        {
            Assert.InRange(await BestAsync(answerable), 0.6, 1);
        }

        foreach (string unanswerable in new[] { "Who won the football match in Lisbon?", "What does the parking garage cost?", "公司的股票代码是什么？", "谁发明了电话？" })
        {
            Assert.InRange(await BestAsync(unanswerable), 0, 0.35);
        }

        async Task<double> BestAsync(string question) =>
            (await _room.Search.SearchAsync(Room.Ada, new(question, [_base], Mode: SearchMode.Lexical), Token)).Hits.Select(h => h.Relevance).DefaultIfEmpty(0).Max();
    }

    [Fact]
    public async Task While_the_model_service_is_away_search_goes_on_by_words()
    {
        await _room.AddReadyAsync(Room.Ada, _base, "a.txt", "The canteen opens at noon.");
        _room.Embeddings.OnBatch = (_, _) => throw new ModelHostException(ModelHostErrorKind.Unavailable, "away");
        SearchResult result = await _room.Search.SearchAsync(Room.Ada, new("canteen", [_base]), Token);
        Assert.Null(Assert.Single(result.Hits).DenseRank);
        await Assert.ThrowsAsync<ModelHostException>(() => _room.Search.SearchAsync(Room.Ada, new("canteen", [_base], Mode: SearchMode.Dense), Token));
    }

    [Fact]
    public async Task Another_model_of_the_same_name_with_longer_vectors_is_not_compared_and_search_goes_on_by_words()
    {
        await _room.AddReadyAsync(Room.Ada, _base, "a.txt", "The canteen opens at noon.");
        await _room.DisposeAsync();
        _room = await Room.OpenAsync(_folder.Data, change: services => services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new HashEmbeddings(length: 65)));
        Assert.Null(Assert.Single((await _room.Search.SearchAsync(Room.Ada, new("canteen", [_base]), Token)).Hits).DenseRank);
        ModelHostException refused = await Assert.ThrowsAsync<ModelHostException>(() => _room.Search.SearchAsync(Room.Ada, new("canteen", [_base], Mode: SearchMode.Dense), Token));
        Assert.Contains("64 numbers", refused.Message, StringComparison.Ordinal);
        Assert.Contains("65 numbers", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("什么")]
    [InlineData("zzzz qqqq")]
    public async Task A_question_that_finds_nothing_finds_nothing(string question)
    {
        Assert.Empty((await _room.Search.SearchAsync(Room.Ada, new(question, [_base]), Token)).Hits);
        await _room.AddReadyAsync(Room.Ada, _base, "a.txt", "The canteen opens at noon.");
        Assert.Empty((await _room.Search.SearchAsync(Room.Ada, new(question, [_base], Mode: SearchMode.Lexical), Token)).Hits);
    }

    public async ValueTask InitializeAsync()
    {
        _room = await Room.OpenAsync(_folder.Data);
        _base = (await _room.NewBaseAsync(Room.Ada)).Id;
    }

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }
}
