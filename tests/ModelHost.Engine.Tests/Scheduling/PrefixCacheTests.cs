using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Scheduling;

/// <summary>Whatever begins like something that was read before is read from there on only, in every slot and conversation.</summary>
public sealed class PrefixCacheTests
{
    private static readonly string System = "<|im_start|>system\n" + string.Concat(Enumerable.Repeat("The house rules stand above all. ", 12)) + "<|im_end|>\n";

    [Fact]
    public async Task Conversations_that_begin_alike_share_what_they_begin_with_in_all_slots()
    {
        await using var engine = await StartAsync(slots: 4);
        var shared = engine.Tokenize(SeedModels.Chat, System, addSpecial: true, parseSpecial: true).Length;
        Assert.Equal(0, (await AskAsync(engine, System + "0")).End.Usage.CachedTokens);
        var answers = await Task.WhenAll(Enumerable.Range(1, 12).Select(i => AskAsync(engine, $"{System}{i}")));
        Assert.All(answers, a => Assert.InRange(a.End.Usage.CachedTokens, shared - 1, shared + 1));
    }

    [Fact]
    public async Task A_prompt_that_another_answer_still_uses_is_shared_too()
    {
        await using var engine = await StartAsync(slots: 2);
        var token = TestContext.Current.CancellationToken;
        await using var running = engine.GenerateAsync(SeedModels.Greedy(System) with { MaxTokens = null, IgnoreEndOfText = true }, token).GetAsyncEnumerator(token);
        while (await running.MoveNextAsync() && running.Current is not GeneratedText) { }
        Assert.True((await AskAsync(engine, System + "Who?")).End.Usage.CachedTokens > 50);
    }

    [Fact]
    public async Task A_conversation_goes_on_from_its_own_answer_and_branches_from_any_turn()
    {
        await using var engine = await StartAsync(slots: 2);
        var first = await AskAsync(engine, System);
        var second = await AskAsync(engine, System + first.Text + " And then?");
        Assert.True(second.End.Usage.CachedTokens >= first.End.Usage.PromptTokens + first.End.Usage.CompletionTokens - 2);
        var branch = await AskAsync(engine, System + first.Text + " But why?");
        Assert.True(branch.End.Usage.CachedTokens >= first.End.Usage.PromptTokens);
        Assert.Equal(second.Text, (await AskAsync(engine, System + first.Text + " And then?")).Text);
    }

    [Fact]
    public async Task What_is_not_to_be_cached_finds_nothing_and_leaves_nothing()
    {
        await using var engine = await StartAsync(slots: 2);
        for (var i = 0; i < 3; i++) { Assert.Equal(0, (await Answer.OfAsync(engine, SeedModels.Greedy(System, 4) with { CachePrompt = false })).End.Usage.CachedTokens); }
        Assert.Equal(0, (await AskAsync(engine, System)).End.Usage.CachedTokens);
    }

    /// <summary>The memory has room for two whole contexts; ten times as much is asked of it.</summary>
    [Fact]
    public async Task What_was_kept_makes_room_when_the_memory_is_full()
    {
        await using var engine = await StartAsync(slots: 2);
        await using var fresh = await StartAsync(slots: 2);
        for (var i = 0; i < 20; i++)
        {
            var prompt = string.Concat(Enumerable.Repeat($"{i} bottles on the wall. ", 24))[..(i % 2 == 0 ? 300 : 150)];
            var request = SeedModels.Greedy(prompt) with { MaxTokens = null, IgnoreEndOfText = true };
            var both = await Task.WhenAll(Answer.OfAsync(engine, request), Answer.OfAsync(engine, request with { Prompt = "x" + prompt }));
            Assert.All(both, b => Assert.Equal(FinishReason.ContextFull, b.End.Reason));
        }
        Assert.Equal((await AskAsync(fresh, System)).Text, (await AskAsync(engine, System)).Text);
    }

    /// <summary>While several answers run, what nobody uses is not left in their way; it comes back for a prompt that begins like it, and says the same.</summary>
    [Theory]
    [InlineData(256, true)]
    [InlineData(0, false)]
    public async Task What_nobody_uses_moves_to_main_memory_when_several_answers_run_and_comes_back(long mebibytes, bool isMoved)
    {
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, Slots = 4, PrefixMebibytes = mebibytes });
        await using var fresh = await StartAsync(slots: 4);
        var token = TestContext.Current.CancellationToken;
        await AskAsync(engine, System);
        var others = Enumerable.Range(1, 4).Select(i => engine.GenerateAsync(SeedModels.Greedy($"{i}.") with { MaxTokens = null, IgnoreEndOfText = true }, token).GetAsyncEnumerator(token)).ToList();
        await Task.WhenAll(others.Select(async other =>
        {
            while (await other.MoveNextAsync() && other.Current is not GeneratedText) { }
        }));
        Assert.Equal(isMoved, engine.Memory.Uses.Any(u => u is { Part: "prefixes", Bytes: > 0 })); // they ran at once, and held less than what was idle
        foreach (var other in others) { await other.DisposeAsync(); }
        var again = await AskAsync(engine, System + "Who?");
        Assert.True(again.End.Usage.CachedTokens > 50);
        Assert.Equal((await AskAsync(fresh, System + "Who?")).Text, again.Text);
    }

    /// <summary>More conversations than sequences or room: each goes on where it was, none is read anew.</summary>
    [Fact]
    public async Task Conversations_beyond_the_contexts_room_are_remembered_too()
    {
        await using var engine = await StartAsync(slots: 1);
        string[] prompts = [.. Enumerable.Range(1, 6).Select(i => string.Concat(Enumerable.Repeat($"{i} bottles on the wall. ", 12)))];
        foreach (var prompt in prompts) { await AskAsync(engine, prompt); }
        foreach (var prompt in prompts) { Assert.True((await AskAsync(engine, prompt + "And?")).End.Usage.CachedTokens > 20); }
    }

    private static Task<ModelEngine> StartAsync(int slots) => SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, Slots = slots });

    private static Task<Answer> AskAsync(ModelEngine engine, string prompt) => Answer.OfAsync(engine, SeedModels.Greedy(prompt, 8));
}
