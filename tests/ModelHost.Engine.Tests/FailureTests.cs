using Microsoft.Extensions.Logging.Abstractions;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Generation.Memory;
using Platform.ModelHost.Engine.Generation.Sampling;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tests;

public sealed class FailureTests
{
    private const int NoSuchToken = 1 << 20;

    [Fact]
    public async Task A_batch_that_llama_refuses_fails_its_requests_and_the_next_are_served()
    {
        using var model = Load();
        var queue = new GenerationQueue(limit: 8, slots: 2, TimeProvider.System);
        await using var loop = Loop(model, queue);
        var expected = await FoldAsync(queue, [1, 100, 200]);
        var failure = await Assert.ThrowsAsync<EngineException>(() => FoldAsync(queue, [1, NoSuchToken, 200]));
        Assert.Equal(EngineErrorKind.Failed, failure.Kind);
        Assert.IsType<NativeCallException>(failure.InnerException);
        Assert.Equal(expected, await FoldAsync(queue, [1, 100, 200]));
    }

    [Fact]
    public async Task A_request_that_cannot_begin_fails_alone()
    {
        using var model = Load();
        var queue = new GenerationQueue(limit: 8, slots: 2, TimeProvider.System);
        await using var loop = Loop(model, queue);
        var expected = await FoldAsync(queue, [1, 100, 200]);
        var failure = await Assert.ThrowsAsync<EngineException>(() => FoldAsync(queue, [1, 100, 201], SeedModels.Greedy("", 5) with { Sampling = null! }));
        Assert.Equal(EngineErrorKind.Failed, failure.Kind);
        Assert.Equal(2, loop.FreeSlots);
        Assert.Equal(expected, await FoldAsync(queue, [1, 100, 200]));
    }

    /// <summary>The batch of an answer that its own rule stops is the batch of others too.</summary>
    [Fact]
    public async Task An_answer_whose_rule_allows_nothing_fails_alone()
    {
        using var model = Load();
        var queue = new GenerationQueue(limit: 8, slots: 2, TimeProvider.System);
        await using var loop = Loop(model, queue);
        var expected = await FoldAsync(queue, [1, 100, 200]);
        var beside = FoldAsync(queue, [1, 100, 200]);
        var failure = await Assert.ThrowsAsync<EngineException>(() => FoldAsync(queue, [1, 100, 201], SeedModels.Greedy("", 5), new AllowsNothing()));
        Assert.Contains("allows no token", failure.Message, StringComparison.Ordinal);
        Assert.Equal(expected, await beside);
    }

    private static SafeLlamaModelHandle Load()
    {
        LlamaLibrary.Load();
        return SafeLlamaModelHandle.Load(SeedModels.ChatFile, new ModelLoadOptions(), TestContext.Current.CancellationToken);
    }

    private static GenerationLoop Loop(SafeLlamaModelHandle model, GenerationQueue queue)
    {
        var context = SafeLlamaContextHandle.Create(model, new ContextOptions { MemoryTokens = 256, BatchTokens = 32, Sequences = 4, Threads = 1, SharedMemory = true });
        return new GenerationLoop(new DecodingContext(model, context, new Tokenizer(model), contextTokens: 64, sequences: 4, new ModelRun("seed", "", []), new PrefixShelf(0, _ => true), TimeProvider.System), slots: 2, queue, NullLogger.Instance);
    }

    private static Task<string> FoldAsync(GenerationQueue queue, int[] prompt) => FoldAsync(queue, prompt, SeedModels.Greedy("", 5));

    private static async Task<string> FoldAsync(GenerationQueue queue, int[] prompt, GenerationRequest request, ITokenRule? rule = null)
    {
        var outbox = new EventOutbox(1);
        queue.Enqueue([new GenerationTicket(new GenerationPlan(request, prompt, AdapterSet.Base, 1), 0, outbox, rule, queue.Now)], freeSlots: 2);
        var text = "";
        await foreach (var news in outbox.ReadAsync(TestContext.Current.CancellationToken)) { text += (news as GeneratedText)?.Text; }
        return text;
    }

    private sealed class AllowsNothing : ITokenRule
    {
        public bool IsNarrow => false;

        public bool Allows(int token) => false;

        public void Narrow(TokenCandidates candidates, ReadOnlySpan<float> logits) => candidates.Fill(ReadOnlySpan<int>.Empty);

        public void Accept(int token) => throw new InvalidOperationException("Nothing was allowed.");

        public void Dispose() { }
    }
}
