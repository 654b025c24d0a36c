using System.Numerics.Tensors;
using Platform.ModelHost.Engine.Embeddings;

namespace Platform.ModelHost.Engine.Tests;

public sealed class EmbeddingTests(SeedModels models) : IClassFixture<SeedModels>
{
    private static readonly string[] Texts =
    [
        "The tea house opens at eight in the morning.", "清溪茶馆的营业时间是每天上午八点。", "x", "Overtime is paid at one and a half times the hourly wage. ",
        string.Concat(Enumerable.Repeat("A long passage about travel expenses. ", 30)), "def main(): return 0", "🫖", string.Concat(Enumerable.Repeat("员工手册第三章。", 40)),
    ];

    [Fact]
    public async Task Inputs_packed_into_batches_have_the_vectors_they_have_alone_within_1e_4_and_unit_length()
    {
        var many = Enumerable.Range(0, 100).Select(i => Texts[i % Texts.Length] + i).ToArray(); // more than one batch of sequences
        var together = await EmbedAsync(many);
        Assert.Equal(many.Length, together.Vectors.Count);
        for (var i = 0; i < 24; i++)
        {
            var alone = (await EmbedAsync(many[i])).Vectors[0];
            Assert.Equal(512, alone.Length);
            Assert.Equal(1, TensorPrimitives.Norm(alone), 1e-5f);
            Assert.True(TensorPrimitives.Distance(alone, together.Vectors[i]) < 1e-4);
        }
    }

    [Fact]
    public async Task Alike_texts_are_nearer_than_others_and_tokens_are_as_good_as_text()
    {
        var vectors = (await EmbedAsync("When does the tea house open?", Texts[0], Texts[3])).Vectors;
        Assert.True(TensorPrimitives.Dot(vectors[0], vectors[1]) > TensorPrimitives.Dot(vectors[0], vectors[2]));
        var tokens = models.Engine.Tokenize(SeedModels.Embed, Texts[0], addSpecial: true, parseSpecial: false);
        var byTokens = await models.Engine.EmbedAsync(new EmbeddingRequest(SeedModels.Embed, null, [tokens]), TestContext.Current.CancellationToken);
        Assert.Equal(tokens.Length, byTokens.PromptTokens);
        Assert.True(TensorPrimitives.Distance(vectors[1], byTokens.Vectors[0]) < 1e-4);
    }

    [Fact]
    public async Task An_input_that_is_too_long_is_refused_with_both_numbers_unless_cutting_it_is_asked_for()
    {
        var text = string.Concat(Enumerable.Repeat("word ", 700));
        var refusal = await Assert.ThrowsAsync<EngineException>(() => EmbedAsync(Texts[0], text));
        Assert.Equal((EngineErrorKind.ContextTooLong, 512, "input"), (refusal.Kind, refusal.ContextTokens, refusal.Parameter));
        Assert.True(refusal.PromptTokens > 512);
        var cut = await models.Engine.EmbedAsync(new EmbeddingRequest(SeedModels.Embed, [text], Truncate: true), TestContext.Current.CancellationToken);
        Assert.Equal(512, cut.PromptTokens);
    }

    [Fact]
    public async Task An_input_as_long_as_the_context_and_longer_than_a_usual_batch_is_embedded()
    {
        var tokens = Enumerable.Repeat(models.Engine.Tokenize(SeedModels.Embed, "tea", addSpecial: false, parseSpecial: false)[0], 512).ToArray();
        var result = await models.Engine.EmbedAsync(new EmbeddingRequest(SeedModels.Embed, null, [tokens, [tokens[0]], tokens]), TestContext.Current.CancellationToken);
        Assert.Equal(1_025, result.PromptTokens);
        Assert.True(TensorPrimitives.Distance(result.Vectors[0], result.Vectors[2]) < 1e-4);
    }

    [Fact]
    public async Task Wrong_inputs_are_refused()
    {
        await RefusedAsync(new EmbeddingRequest(SeedModels.Embed, null));
        await RefusedAsync(new EmbeddingRequest(SeedModels.Embed, null, [[]]));
        await RefusedAsync(new EmbeddingRequest(SeedModels.Embed, null, [[-1]]));
        await RefusedAsync(new EmbeddingRequest(SeedModels.Embed, null, [[1 << 30]]));
        await RefusedAsync(new EmbeddingRequest(SeedModels.Chat, ["a chat model"]));
        Assert.Empty((await EmbedAsync()).Vectors);
    }

    /// <summary>Fault 32: a vector without direction is never given out.</summary>
    [Fact]
    public async Task Fault_32_a_model_whose_vectors_are_zero_is_refused_as_it_answers()
    {
        var zeroed = Path.Combine(Path.GetTempPath(), $"platform-zero-{Guid.NewGuid():N}.gguf");
        try
        {
            await File.WriteAllBytesAsync(zeroed, ZeroWeights(), TestContext.Current.CancellationToken);
            await using var engine = await SeedModels.StartAsync(new EngineOptions { EmbeddingModel = zeroed });
            var request = new EmbeddingRequest(engine.Models[0].Id, ["hello"]);
            var refusal = await Assert.ThrowsAsync<EngineException>(() => engine.EmbedAsync(request, TestContext.Current.CancellationToken));
            Assert.Equal("input", refusal.Parameter);
        }
        finally
        {
            File.Delete(zeroed);
        }
    }

    [Fact]
    public async Task A_request_that_is_cancelled_throws_the_callers_cancellation_and_the_next_is_served()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var many = models.Engine.EmbedAsync(new EmbeddingRequest(SeedModels.Embed, [.. Enumerable.Range(0, 500).Select(i => Texts[4] + i)]), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => many);
        Assert.Single((await EmbedAsync("next")).Vectors);
    }

    [Fact]
    public async Task A_question_does_not_wait_behind_hundreds_of_passages()
    {
        var passages = models.Engine.EmbedAsync(new EmbeddingRequest(SeedModels.Embed, [.. Enumerable.Range(0, 300).Select(i => Texts[4] + i)]), TestContext.Current.CancellationToken);
        await EmbedAsync("a question");
        Assert.False(passages.IsCompleted);
        Assert.Equal(300, (await passages).Vectors.Count);
    }

    private static byte[] ZeroWeights()
    {
        var file = File.ReadAllBytes(SeedModels.EmbedFile);
        var header = Native.Gguf.GgufReader.Read(SeedModels.EmbedFile);
        file.AsSpan((int)header.DataOffset).Clear();
        return file;
    }

    private Task<EmbeddingResult> EmbedAsync(params string[] texts) => models.Engine.EmbedAsync(new EmbeddingRequest(SeedModels.Embed, texts), TestContext.Current.CancellationToken);

    private async Task RefusedAsync(EmbeddingRequest request) =>
        Assert.Equal(EngineErrorKind.BadRequest, (await Assert.ThrowsAsync<EngineException>(() => models.Engine.EmbedAsync(request, TestContext.Current.CancellationToken))).Kind);
}
