namespace Platform.ModelHost.Client.Tests;

public sealed class ServedModelsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Our_service_says_what_its_models_can()
    {
        await using var engine = await LocalEngine.StartAsync((http, _) => LocalEngine.JsonAsync(http, 200, """
            {"data":[{"id":"e","owned_by":"local","capabilities":["embeddings"],"meta":{"n_ctx":512,"n_ctx_train":1024,"n_embd":64,"size":7,"sha256":"0123456789abcdef"}},
                     {"id":"c","capabilities":["chat"],"owned_by":"local","meta":{"n_ctx":256,"n_embd":8,"size":9}}, {"id":"a","owned_by":"local","capabilities":["chat","answers"]}]}
            """));
        Assert.Equal(new ServedModel("e", CanChat: false, CanEmbed: true, CanAnswer: false, 512, 64, 7) { Sha256 = "0123456789abcdef" }, await engine.Models.EmbeddingModelAsync(Cancellation));
        Assert.Equal(new ServedModel("c", CanChat: true, CanEmbed: false, CanAnswer: false, 256, 8, 9), await engine.Models.ChatModelAsync(Cancellation));
        Assert.True((await engine.Models.ListAsync(Cancellation))[2].CanAnswer);
        Assert.Single(engine.Requests);
    }

    [Fact]
    public async Task Other_services_are_told_by_names()
    {
        await using var engine = await LocalEngine.StartAsync((http, _) => LocalEngine.JsonAsync(http, 200, """
            {"data":[{"id":"nomic-embed-text:latest"},{"id":"qwen3:8b","max_model_len":32768}]}
            """), ("ModelHost:EmbeddingModel", "nomic-embed-text"));
        Assert.Equal(new ServedModel("qwen3:8b", CanChat: true, CanEmbed: false, CanAnswer: true, 32768, 0, 0), await engine.Models.ChatModelAsync(Cancellation));
        Assert.Equal("nomic-embed-text:latest", (await engine.Models.EmbeddingModelAsync(Cancellation)).Id);
    }

    [Fact]
    public async Task The_abilities_that_another_service_lists_do_not_make_its_words_less_than_answers()
    {
        await using var engine = await LocalEngine.StartAsync((http, _) => LocalEngine.JsonAsync(http, 200, """{"data":[{"id":"theirs","owned_by":"others","capabilities":["chat"]},{"id":"unsaid","capabilities":["chat"]}]}"""));
        Assert.All(await engine.Models.ListAsync(Cancellation), model => Assert.True(model is { CanChat: true, CanAnswer: true }));
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_said_with_those_that_are()
    {
        await using var engine = await LocalEngine.StartAsync((http, _) => LocalEngine.JsonAsync(http, 200, """{"data":[{"id":"c","capabilities":["chat"]}]}"""), ("ModelHost:ChatModel", "other"));
        var chat = await Assert.ThrowsAsync<ModelHostException>(() => engine.Models.ChatModelAsync(Cancellation));
        var embedding = await Assert.ThrowsAsync<ModelHostException>(() => engine.Models.EmbeddingModelAsync(Cancellation));
        Assert.Equal((ModelHostErrorKind.ModelNotFound, ModelHostErrorKind.ModelNotFound), (chat.Kind, embedding.Kind));
        Assert.Contains("'other' (it serves c)", chat.Message, StringComparison.Ordinal);
        Assert.Contains("ModelHost:EmbeddingModel", embedding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_is_asked_anew_after_a_failed_call()
    {
        await using var engine = await LocalEngine.StartAsync((http, _) => http.Request.Path == "/v1/models"
            ? LocalEngine.JsonAsync(http, 200, """{"data":[{"id":"e","capabilities":["embeddings"]}]}""")
            : LocalEngine.JsonAsync(http, 503, "{}"));
        await Assert.ThrowsAsync<ModelHostException>(() => engine.Embeddings.GenerateAsync(["a"], null, Cancellation));
        await engine.Models.ListAsync(Cancellation);
        Assert.Equal(3, engine.Requests.Count);
    }
}
