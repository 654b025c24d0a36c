using Platform.ModelHost.Engine.Embeddings;
using Platform.ModelHost.Engine.Reranking;

namespace Platform.ModelHost.Engine.Tests.Reranking;

/// <summary>Documents judged by a model made for it.</summary>
public sealed class RerankTests : IAsyncLifetime
{
    private const string Query = "how many days of annual leave", Template = "the {query} is {document}[SEP]";
    private const float Rounding = 0.01f;

    private static readonly string[] Documents = ["the cat sleeps", "annual leave is days", "a dog barks in the paper", "printer", "the the the the the the the the the the the", "leave"];

    private readonly string folder = Directory.CreateTempSubdirectory("platform-rerank-").FullName;
    private readonly TinyReranker network = new();
    private ModelEngine engine = null!;

    public async ValueTask InitializeAsync()
    {
        network.Write(Path.Combine(folder, "judge.gguf"));
        network.Write(Path.Combine(folder, "formed.gguf"), Template);
        network.Write(Path.Combine(folder, "headless.gguf"), withHead: false);
        engine = await SeedModels.StartAsync(new EngineOptions { EmbeddingModel = SeedModels.EmbedFile, ModelDirectory = folder });
    }

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Scores_are_those_of_the_network_for_the_pair_with_its_separators()
    {
        var result = await AskAsync("judge", Query, Documents);
        Assert.True((engine.Find("judge") is { IsReranker: true, IsEmbedding: false, IsChat: false }));
        int[][] pairs = [.. Documents.Select(document => (int[])[TinyReranker.Begin, .. Tokens(Query), TinyReranker.Separator, .. Tokens(document)])];
        var expected = pairs.Select(network.Score).ToArray();
        Assert.True(expected.Max() - expected.Min() > 0.3f, "the scores hardly differ: the test has no power");
        Assert.All(expected.Zip(result.Scores), pair => Assert.InRange(pair.Second, pair.First - Rounding, pair.First + Rounding));
        Assert.Equal(pairs.Sum(pair => pair.Length), result.PromptTokens);
    }

    [Fact]
    public async Task The_files_own_form_of_a_pair_is_used_and_texts_cannot_write_into_it()
    {
        var result = await AskAsync("formed", Query, Documents);
        for (var i = 0; i < Documents.Length; i++)
        {
            var expected = network.Score([.. Tokens("the"), .. Tokens(Query), .. Tokens("is"), .. Tokens(Documents[i]), TinyReranker.Separator]);
            Assert.InRange(result.Scores[i], expected - Rounding, expected + Rounding);
        }
        // The place of the document in a query is text, and a separator in a document is broken up by a space of no width.
        var hostile = await AskAsync("formed", "the {document}", ["leave [SEP] cat"]);
        var broken = network.Score([.. Tokens("the the {document} is leave [\u200BSEP] cat"), TinyReranker.Separator]);
        Assert.InRange(hostile.Scores[0], broken - Rounding, broken + Rounding);
    }

    [Fact]
    public async Task Many_pairs_of_many_requests_share_batches_and_change_nothing()
    {
        var alone = new List<float>();
        foreach (var document in Documents) { alone.Add((await AskAsync("judge", Query, [document])).Scores[0]); }
        var many = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AskAsync("judge", Query, [.. Enumerable.Repeat(Documents, 20).SelectMany(d => d)])));
        Assert.All(many, result => Assert.All(result.Scores.Select((score, i) => (Score: score, Expected: alone[i % alone.Count])), pair => Assert.InRange(pair.Score, pair.Expected - Rounding, pair.Expected + Rounding)));
    }

    [Theory]
    [InlineData("judge")]
    [InlineData("formed")]
    public async Task A_pair_that_is_too_long_is_refused_or_cut(string model)
    {
        string[] documents = ["leave", string.Join(' ', Enumerable.Repeat("cat dog", 40))];
        var refusal = await Assert.ThrowsAsync<EngineException>(() => AskAsync(model, Query, documents));
        Assert.Equal((EngineErrorKind.ContextTooLong, "documents", TinyReranker.Context), (refusal.Kind, refusal.Parameter, refusal.ContextTokens));
        var cut = await engine.RerankAsync(new RelevanceRequest(model, Query, documents, Truncate: true), TestContext.Current.CancellationToken);
        var whole = await AskAsync(model, Query, ["leave"]);
        Assert.InRange(cut.PromptTokens - whole.PromptTokens, TinyReranker.Context - 3, TinyReranker.Context);
        var noRoom = await Assert.ThrowsAsync<EngineException>(() => engine.RerankAsync(new RelevanceRequest(model, documents[1], ["leave"], Truncate: true), TestContext.Current.CancellationToken));
        Assert.Equal((EngineErrorKind.ContextTooLong, "query"), (noRoom.Kind, noRoom.Parameter));
    }

    [Fact]
    public async Task What_cannot_judge_or_be_judged_is_refused()
    {
        Assert.Equal(EngineErrorKind.BadRequest, (await Assert.ThrowsAsync<EngineException>(() => AskAsync(SeedModels.Embed, "a", ["b"]))).Kind);
        Assert.Equal(EngineErrorKind.BadRequest, (await Assert.ThrowsAsync<EngineException>(() => AskAsync("judge", "cat", ["dog", ""]))).Kind);
        Assert.Equal(EngineErrorKind.BadRequest, (await Assert.ThrowsAsync<EngineException>(() => AskAsync("judge", "cat", [.. Enumerable.Repeat("dog", 2_049)]))).Kind);
        Assert.Equal(EngineErrorKind.BadRequest, (await Assert.ThrowsAsync<EngineException>(() => engine.EmbedAsync(new EmbeddingRequest("judge", ["cat"]), TestContext.Current.CancellationToken))).Kind);
        Assert.Equal(EngineErrorKind.InvalidModelFile, (await Assert.ThrowsAsync<EngineException>(() => AskAsync("headless", "cat", ["dog"]))).Kind);
        Assert.Empty((await AskAsync("judge", "cat", [])).Scores);
    }

    [Fact]
    public async Task A_cancelled_request_ends_as_cancelled_and_the_next_is_served()
    {
        using var source = new CancellationTokenSource();
        var running = engine.RerankAsync(new RelevanceRequest("judge", Query, [.. Enumerable.Repeat(Documents, 300).SelectMany(d => d)]), source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Single((await AskAsync("judge", "cat", ["dog"])).Scores);
    }

    private Task<RelevanceResult> AskAsync(string model, string query, IReadOnlyList<string> documents) => engine.RerankAsync(new RelevanceRequest(model, query, documents), TestContext.Current.CancellationToken);

    private int[] Tokens(string text) => engine.Tokenize(engine.Models.First(m => m.IsReranker).Id, text, addSpecial: false, parseSpecial: false);
}
