namespace Platform.ModelHost.Client.Tests;

public sealed class HttpTokenCounterTests
{
    private const string Models = """{"data":[{"id":"c","capabilities":["chat"]},{"id":"e","capabilities":["embeddings"]},{"id":"d","capabilities":["chat"]}]}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Counts_are_asked_of_the_right_model_in_order()
    {
        await using var engine = await LocalEngine.StartAsync((http, request) => http.Request.Path == "/v1/models"
            ? LocalEngine.JsonAsync(http, 200, Models)
            : LocalEngine.JsonAsync(http, 200, "{\"counts\":[" + string.Join(',', request.GetProperty("content").EnumerateArray().Select(text => text.GetString()!.Length)) + "]}"),
            ("ModelHost:BatchBytes", "1"));
        Assert.Equal([3, 0, 6], await engine.Tokens.CountForEmbeddingAsync(["abc", "", "abcdef"], Cancellation));
        Assert.Equal("e", engine.Requests.Last().GetProperty("model").GetString());
        Assert.Equal([1], await engine.Tokens.CountForChatAsync(["a"], Cancellation));
        Assert.Equal("c", engine.Requests.Last().GetProperty("model").GetString());
        Assert.Equal([1], await engine.Tokens.CountForChatAsync(["a"], Cancellation, "d"));
        Assert.Equal("d", engine.Requests.Last().GetProperty("model").GetString());
    }

    [Theory]
    [InlineData(404, "404 page not found")]
    [InlineData(405, "")]
    [InlineData(400, """{"message":"prompt: field required"}""")]
    [InlineData(200, """{"tokens":[1,2,3]}""")]
    [InlineData(200, "<html>")]
    public async Task A_service_that_cannot_count_is_asked_once_and_then_estimated(int status, string body)
    {
        var asked = 0;
        await using var engine = await LocalEngine.StartAsync((http, _) =>
        {
            if (http.Request.Path == "/v1/models")
            {
                return LocalEngine.JsonAsync(http, 200, Models);
            }

            asked++;
            return LocalEngine.JsonAsync(http, status, body);
        });
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal([TokenEstimate.Of("annual leave"), TokenEstimate.Of("年假")], await engine.Tokens.CountForChatAsync(["annual leave", "年假"], Cancellation));
        }

        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task An_engine_that_is_not_ours_is_not_asked_what_its_tokens_are()
    {
        var asked = new List<string?>();
        await using var engine = await LocalEngine.StartAsync((http, _) =>
        {
            asked.Add(http.Request.Path.Value);
            return LocalEngine.JsonAsync(http, 200, """{"object":"list","data":[{"id":"c","owned_by":"vllm"}]}""");
        });
        Assert.Null(await engine.Pieces.OfAsync("c", ["a"], Cancellation));
        Assert.Equal(["/v1/models"], asked);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task A_service_that_is_down_or_busy_is_not_estimated(int status)
    {
        await using var engine = await LocalEngine.StartAsync((http, _) => http.Request.Path == "/v1/models"
            ? LocalEngine.JsonAsync(http, 200, Models)
            : LocalEngine.JsonAsync(http, status, "{}"));
        await Assert.ThrowsAsync<ModelHostException>(() => engine.Tokens.CountForChatAsync(["a"], Cancellation));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 1)]
    [InlineData("annual leave", 4)]
    [InlineData("年假有几天？", 6)]
    [InlineData("年假 leave", 4)]
    public void An_estimate_counts_wide_letters_singly(string text, int tokens) => Assert.Equal(tokens, TokenEstimate.Of(text));
}
