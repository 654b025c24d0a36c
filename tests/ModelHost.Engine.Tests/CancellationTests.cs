using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests;

/// <summary>Fault 18: whoever leaves frees the slot, in every state. One slot, no end of text and a context of 8,192 tokens: what is not ended would be seen in what was computed before the next one is served.</summary>
public sealed class CancellationTests
{
    private static readonly GenerationRequest Endless = SeedModels.Greedy("The river") with { MaxTokens = null, IgnoreEndOfText = true, Sampling = new SamplingOptions { Temperature = 2, TopK = 0, TopP = 1, MinP = 0, Seed = 3 } };

    private static readonly string Long = string.Concat(Enumerable.Repeat("The river runs through the old town. ", 900));

    [Fact]
    public async Task Cancelling_while_it_generates_frees_the_slot()
    {
        await using var engine = await OneSlotAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var news in engine.GenerateAsync(Endless, cancel.Token))
            {
                if (news is GeneratedText && ++seen == 2) { await cancel.CancelAsync(); }
            }
        });
        await ServesAsync(engine);
    }

    [Fact]
    public async Task Cancelling_while_it_reads_the_prompt_frees_the_slot()
    {
        await using var engine = await OneSlotAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var news in engine.GenerateAsync(Endless with { Prompt = Long }, cancel.Token))
            {
                if (news is PromptProgress) { await cancel.CancelAsync(); }
            }
        });
        await ServesAsync(engine);
    }

    [Fact]
    public async Task Cancelling_while_it_waits_gives_up_its_place()
    {
        await using var engine = await OneSlotAsync();
        using var running = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var first = engine.GenerateAsync(Endless, running.Token).GetAsyncEnumerator(running.Token);
        Assert.True(await first.MoveNextAsync());
        await using var second = engine.GenerateAsync(Endless, waiting.Token).GetAsyncEnumerator(waiting.Token);
        await waiting.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => { while (await second.MoveNextAsync()) { } });
        await running.CancelAsync();
        await ServesAsync(engine);
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_costs_nothing()
    {
        await using var engine = await OneSlotAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Answer.OfAsync(engine, Endless, new CancellationToken(canceled: true)));
        await ServesAsync(engine);
    }

    [Fact]
    public async Task A_reader_that_just_stops_reading_frees_the_slot()
    {
        await using var engine = await OneSlotAsync();
        await foreach (var _ in engine.GenerateAsync(Endless, TestContext.Current.CancellationToken)) { break; }
        await ServesAsync(engine);
    }

    [Fact]
    public async Task Fault_18_a_thousand_readers_that_leave_in_mid_answer_leave_the_engine_serving()
    {
        await using var engine = await StartAsync(slots: 4);
        for (var round = 0; round < 50; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
            {
                await foreach (var news in engine.GenerateAsync(Endless, TestContext.Current.CancellationToken))
                {
                    if (news is GeneratedText) { break; }
                }
            }));
        }
        await ServesAsync(engine, most: 100_000);
    }

    [Fact]
    public async Task Stopping_the_engine_ends_what_runs_and_what_waits_with_a_clear_failure()
    {
        var engine = await OneSlotAsync();
        var token = TestContext.Current.CancellationToken;
        await using var running = engine.GenerateAsync(Endless with { MaxTokens = 250 }, token).GetAsyncEnumerator(token);
        Assert.True(await running.MoveNextAsync());
        var waiting = Answer.OfAsync(engine, Endless);
        await engine.DisposeAsync();
        var failure = await Record.ExceptionAsync(() => waiting);
        Assert.True(failure is null or EngineException { Kind: EngineErrorKind.Failed }, $"{failure}"); // null: it was quick enough
        Assert.Equal(EngineErrorKind.Failed, (await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(engine, Endless))).Kind);
    }

    private static Task<ModelEngine> OneSlotAsync() => StartAsync(slots: 1);

    private static Task<ModelEngine> StartAsync(int slots) => SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, Slots = slots, QueueLimit = 1_000, RopeType = "linear", RopeFactor = 64 });

    private static async Task ServesAsync(ModelEngine engine, int most = 4_096)
    {
        var answer = await Answer.OfAsync(engine, SeedModels.Greedy("The river", 3)).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(FinishReason.MaxTokens, answer.End.Reason);
        var load = engine.Loads.Single();
        Assert.Equal(8_192, load.ContextTokens);
        Assert.True(load.GeneratedTokens < most && load.ReadTokens < most, $"{load.GeneratedTokens} tokens were written and {load.ReadTokens} read, most of them for nobody.");
    }
}
