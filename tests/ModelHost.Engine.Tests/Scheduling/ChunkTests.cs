using Microsoft.Extensions.Logging.Abstractions;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Generation.Memory;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tests.Scheduling;

public sealed class ChunkTests
{
    private const int BatchTokens = 16;

    [Fact]
    public async Task A_long_prompt_is_read_in_short_parts_beside_an_answer_and_in_one_alone()
    {
        LlamaLibrary.Load();
        using var model = SafeLlamaModelHandle.Load(SeedModels.ChatFile, new ModelLoadOptions(), TestContext.Current.CancellationToken);
        var context = SafeLlamaContextHandle.Create(model, new ContextOptions { MemoryTokens = 512, BatchTokens = 256, Sequences = 4, Threads = 1, SharedMemory = true });
        var queue = new GenerationQueue(limit: 8, slots: 2, TimeProvider.System);
        await using var loop = new GenerationLoop(new DecodingContext(model, context, new Tokenizer(model), contextTokens: 256, sequences: 4, new ModelRun("seed", "", []), new PrefixShelf(0, _ => true), TimeProvider.System), slots: 2, queue, NullLogger.Instance);
        var beside = Enqueue(queue, [1, 300, 400], 250);
        await using var events = beside.ReadAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        while (await events.MoveNextAsync() && events.Current is not GeneratedText) { }
        Assert.Equal(32, (await PartsAsync(Enqueue(queue, [1, .. Enumerable.Range(300, 150)], 1)))[0]); // how fast this machine reads is not known yet
        queue.Cancel(beside);
        Assert.Single(await PartsAsync(Enqueue(queue, [1, .. Enumerable.Range(600, 150)], 1)));
    }

    /// <summary>Every batch that reads a part of the long prompt has a row for the answer that runs: seen in that no part fills a batch.</summary>
    [Fact]
    public async Task A_long_prompt_is_read_in_parts_and_the_answer_beside_it_has_a_token_in_every_batch()
    {
        LlamaLibrary.Load();
        using var model = SafeLlamaModelHandle.Load(SeedModels.ChatFile, new ModelLoadOptions(), TestContext.Current.CancellationToken);
        var context = SafeLlamaContextHandle.Create(model, new ContextOptions { MemoryTokens = 512, BatchTokens = BatchTokens, Sequences = 4, Threads = 1, SharedMemory = true });
        var queue = new GenerationQueue(limit: 8, slots: 2, TimeProvider.System);
        await using var loop = new GenerationLoop(new DecodingContext(model, context, new Tokenizer(model), contextTokens: 256, sequences: 4, new ModelRun("seed", "", []), new PrefixShelf(0, _ => true), TimeProvider.System), slots: 2, queue, NullLogger.Instance);
        var beside = Enqueue(queue, [1, 300, 400], 250);
        await using var events = beside.ReadAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        while (await events.MoveNextAsync() && events.Current is not GeneratedText) { }
        Assert.All(await PartsAsync(Enqueue(queue, [1, .. Enumerable.Range(300, 150)], 1)), part => Assert.InRange(part, 1, BatchTokens - 1));
        queue.Cancel(beside);
    }

    private static async Task<List<int>> PartsAsync(EventOutbox answer)
    {
        var read = new List<int>();
        await foreach (var news in answer.ReadAsync(TestContext.Current.CancellationToken))
        {
            if (news is not PromptProgress progress) { continue; }
            if (read.Count == 0) { read.Add(progress.Cached); } // the two prompts begin alike
            read.Add(progress.Processed);
        }
        Assert.Equal(151, read[^1]);
        return [.. read.Zip(read.Skip(1), (a, b) => b - a)];
    }

    private static EventOutbox Enqueue(GenerationQueue queue, int[] prompt, int tokens)
    {
        var outbox = new EventOutbox(1);
        queue.Enqueue([new GenerationTicket(new GenerationPlan(SeedModels.Greedy("", tokens) with { IgnoreEndOfText = true }, prompt, AdapterSet.Base, 1), 0, outbox, null, queue.Now)], freeSlots: 2);
        return outbox;
    }
}
