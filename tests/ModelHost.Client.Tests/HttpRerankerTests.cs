using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.ModelHost.Client.Tests;

public sealed class HttpRerankerTests
{
    private const string Models = """{"data":[{"id":"e","capabilities":["embeddings","rerank"]},{"id":"judge","capabilities":["rerank"]}]}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scores_come_in_the_order_of_the_documents_from_the_model_made_for_it()
    {
        await using var engine = await LocalEngine.StartAsync((http, request) => http.Request.Path == "/v1/models" ? LocalEngine.JsonAsync(http, 200, Models) : LocalEngine.JsonAsync(http, 200, BestFirst(request)), ("ModelHost:BatchTexts", "2"));
        Assert.Equal([2f, 5f, 1f], await engine.Reranker.ScoreAsync("q", ["bb", "eeeee", "a"], Cancellation));
        Assert.Empty(await engine.Reranker.ScoreAsync("q", [], Cancellation));
        Assert.Equal(("judge", "q", true), (engine.Requests.Last().GetProperty("model").GetString(), engine.Requests.Last().GetProperty("query").GetString(), engine.Requests.Last().GetProperty("truncate").GetBoolean()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"results":[{"index":0,"relevance_score":1}]}""")]
    [InlineData("""{"results":[{"index":0,"relevance_score":1},{"index":0,"relevance_score":1}]}""")]
    [InlineData("""{"results":[{"index":0,"relevance_score":1},{"index":2,"relevance_score":1}]}""")]
    [InlineData("""{"results":[{"index":0,"relevance_score":1},{"index":1}]}""")]
    [InlineData("""{"results":[{"index":0,"relevance_score":1},{"index":1,"relevance_score":1e300}]}""")]
    public async Task Scores_that_cannot_be_used_are_refused(string body)
    {
        await using var engine = await LocalEngine.StartAsync((http, _) => Answer(http, body));
        var refusal = await Assert.ThrowsAsync<ModelHostException>(() => engine.Reranker.ScoreAsync("q", ["a", "b"], Cancellation));
        Assert.Equal(ModelHostErrorKind.Failed, refusal.Kind);
    }

    [Theory]
    [InlineData("""{"data":[{"id":"c","capabilities":["chat"]},{"id":"e","capabilities":["embeddings","rerank"]}]}""", null)]
    [InlineData("""{"data":[{"id":"llama"},{"id":"bge-reranker-v2-m3"}]}""", "bge-reranker-v2-m3")]
    public async Task A_model_is_found_by_what_the_service_says_or_by_its_name(string models, string? found)
    {
        await using var engine = await LocalEngine.StartAsync((http, _) => LocalEngine.JsonAsync(http, 200, models));
        if (found is not null)
        {
            var model = await engine.Models.RerankModelAsync(Cancellation);
            Assert.Equal((found, false, false), (model.Id, model.CanChat, model.CanEmbed));
            return;
        }

        Assert.Equal(ModelHostErrorKind.ModelNotFound, (await Assert.ThrowsAsync<ModelHostException>(() => engine.Reranker.ScoreAsync("q", ["a"], Cancellation))).Kind);
    }

    /// <summary>Each document's length as its score.</summary>
    private static string BestFirst(JsonElement request)
    {
        var scores = request.GetProperty("documents").EnumerateArray().Select((document, index) => (Score: document.GetString()!.Length, Index: index)).OrderByDescending(one => one.Score);
        return "{\"results\":[" + string.Join(',', scores.Select(one => $"{{\"index\":{one.Index},\"relevance_score\":{one.Score}}}")) + "]}";
    }

    private static Task Answer(HttpContext http, string body) => LocalEngine.JsonAsync(http, 200, http.Request.Path == "/v1/models" ? Models : body);
}
