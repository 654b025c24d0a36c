using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Platform.ModelHost.Client.Tests;

public sealed class HttpEmbeddingGeneratorTests
{
    private static readonly EmbeddingGenerationOptions Named = new() { ModelId = "e" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Batches_are_bounded_and_the_order_is_kept(bool base64)
    {
        await using var engine = await LocalEngine.StartOwnAsync(
            (http, request) => LocalEngine.JsonAsync(http, 200, Answer(request, base64)), ("ModelHost:BatchTexts", "3"), ("ModelHost:BatchBytes", "10"));
        var texts = Enumerable.Range(0, 10).Select(i => i % 4 == 0 ? new string((char)('a' + i), 12) : $"{(char)('a' + i)}").ToList();
        var vectors = await engine.Embeddings.GenerateAsync(texts, Named, Cancellation);
        Assert.Equal(texts.Select(text => new[] { text[0], (float)text.Length }), vectors.Select(vector => vector.Vector.ToArray()));
        Assert.Equal([1, 3, 1, 3, 1, 1], engine.Requests.Select(request => request.GetProperty("input").GetArrayLength()));
        Assert.Equal(10, vectors.Usage!.InputTokenCount);
        Assert.All(engine.Requests, request => Assert.Equal("base64", request.GetProperty("encoding_format").GetString()));
    }

    [Fact]
    public async Task A_vector_says_which_revision_of_the_model_made_it()
    {
        await using var engine = await LocalEngine.StartAsync((http, request) => http.Request.Method == "GET"
            ? LocalEngine.JsonAsync(http, 200, """{"data":[{"id":"e","capabilities":["embeddings"],"sha256":"0123456789abcdef"}]}""")
            : LocalEngine.JsonAsync(http, 200, Answer(request, base64: true)));
        Assert.Equal("e@0123456789ab", (await engine.Embeddings.GenerateAsync(["a"], null, Cancellation))[0].ModelId);
    }

    [Fact]
    public async Task No_texts_ask_nothing()
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, _) => LocalEngine.JsonAsync(http, 500, "{}"));
        Assert.Empty(await engine.Embeddings.GenerateAsync([], Named, Cancellation));
        Assert.Empty(engine.Requests);
    }

    [Fact]
    public async Task Options_reach_the_service()
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, request) => LocalEngine.JsonAsync(http, 200, Answer(request, false)));
        await engine.Embeddings.GenerateAsync(["a"], new EmbeddingGenerationOptions { ModelId = "e", Dimensions = 2, AdditionalProperties = new() { ["truncate"] = true } }, Cancellation);
        Assert.Equal("""{"model":"e","input":["a"],"encoding_format":"base64","dimensions":2,"truncate":true}""", JsonSerializer.Serialize(engine.Requests.Single()));
    }

    [Theory]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1,2]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1,2]},{"index":0,"embedding":[1,2]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1,2]},{"index":2,"embedding":[1,2]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1,2,3]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":"AADAfw=="},{"index":1,"embedding":"AADAfw=="}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":"AAA="},{"index":1,"embedding":"AAA="}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":["x"]},{"index":1,"embedding":[null]}]}""")]
    [InlineData("""{"data":[{"index":0},{"index":1}]}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""nonsense""")]
    public async Task An_answer_that_would_poison_an_index_is_refused_fault_32(string answer)
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, _) => LocalEngine.JsonAsync(http, 200, answer));
        var failure = await Assert.ThrowsAsync<ModelHostException>(() => engine.Embeddings.GenerateAsync(["a", "b"], Named, Cancellation));
        Assert.Equal(ModelHostErrorKind.Failed, failure.Kind);
    }

    [Fact]
    public async Task Cancelling_is_a_cancellation()
    {
        var reached = new TaskCompletionSource();
        await using var engine = await LocalEngine.StartOwnAsync(async (http, _) =>
        {
            reached.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var asking = engine.Embeddings.GenerateAsync(["a"], Named, caller.Token);
        await reached.Task;
        await caller.CancelAsync();
        Assert.Equal(caller.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking)).CancellationToken);
    }

    /// <summary>A vector of each input's first letter and length, told in reverse order.</summary>
    private static string Answer(JsonElement request, bool base64)
    {
        var texts = request.GetProperty("input").EnumerateArray().Select(text => text.GetString()!).ToList();
        var data = texts.Select((text, index) => new { index, embedding = Encode([text[0], text.Length]) }).Reverse();
        return JsonSerializer.Serialize(new { data, model = "e", usage = new { prompt_tokens = texts.Count, completion_tokens = 0, total_tokens = texts.Count } });

        object Encode(float[] vector) => base64 ? Convert.ToBase64String(vector.SelectMany(BitConverter.GetBytes).ToArray()) : vector;
    }
}
