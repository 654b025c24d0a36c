using Microsoft.Extensions.Logging.Abstractions;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tests;

public sealed class FailureTests
{
    private const int NoSuchToken = 1 << 20;

    [Fact]
    public async Task A_batch_that_llama_refuses_fails_its_requests_and_the_next_are_served()
    {
        LlamaLibrary.Load();
        using var model = SafeLlamaModelHandle.Load(SeedModels.ChatFile, new ModelLoadOptions(), TestContext.Current.CancellationToken);
        var context = SafeLlamaContextHandle.Create(model, new ContextOptions { MemoryTokens = 128, BatchTokens = 32, Sequences = 2, Threads = 1 });
        var queue = new GenerationQueue(limit: 8, TimeProvider.System);
        await using var loop = new GenerationLoop(context, new Tokenizer(model), slotCount: 2, queue, TimeProvider.System, NullLogger.Instance);
        var expected = await FoldAsync(queue, [1, 100, 200]);
        var failure = await Assert.ThrowsAsync<EngineException>(() => FoldAsync(queue, [1, NoSuchToken, 200]));
        Assert.Equal(EngineErrorKind.Failed, failure.Kind);
        Assert.IsType<NativeCallException>(failure.InnerException);
        Assert.Equal(expected, await FoldAsync(queue, [1, 100, 200]));
    }

    [Fact]
    public async Task A_request_that_cannot_begin_fails_alone()
    {
        LlamaLibrary.Load();
        using var model = SafeLlamaModelHandle.Load(SeedModels.ChatFile, new ModelLoadOptions(), TestContext.Current.CancellationToken);
        var context = SafeLlamaContextHandle.Create(model, new ContextOptions { MemoryTokens = 128, BatchTokens = 32, Sequences = 2, Threads = 1 });
        var queue = new GenerationQueue(limit: 8, TimeProvider.System);
        await using var loop = new GenerationLoop(context, new Tokenizer(model), slotCount: 2, queue, TimeProvider.System, NullLogger.Instance);
        var expected = await FoldAsync(queue, [1, 100, 200]);
        var failure = await Assert.ThrowsAsync<EngineException>(() => FoldAsync(queue, [1, 100, 201], sampler: null!));
        Assert.Equal(EngineErrorKind.Failed, failure.Kind);
        Assert.Equal(2, loop.FreeSlots);
        Assert.Equal(expected, await FoldAsync(queue, [1, 100, 200]));
    }

    private static Task<string> FoldAsync(GenerationQueue queue, int[] prompt) => FoldAsync(queue, prompt, new SamplerSettings(1, 0, 0, 1, 0, 1, 0, 0, 0));

    private static async Task<string> FoldAsync(GenerationQueue queue, int[] prompt, SamplerSettings sampler)
    {
        var ticket = new GenerationTicket(prompt, 5, sampler, [], queue.Now);
        queue.Enqueue(ticket, freeSlots: 2);
        var text = "";
        await foreach (var news in ticket.ReadAsync(TestContext.Current.CancellationToken)) { text += (news as GeneratedText)?.Text; }
        return text;
    }
}
