using System.Diagnostics;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Adapters;

public sealed class AdapterTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("platform-adapters-").FullName;
    private ModelEngine engine = null!;

    public async ValueTask InitializeAsync()
    {
        RandomAdapter.Write(Path.Combine(folder, "legal", "1.gguf"), seed: 1);
        RandomAdapter.Write(Path.Combine(folder, "legal", "2.gguf"), seed: 2);
        RandomAdapter.Write(Path.Combine(folder, "style.gguf"), seed: 3);
        engine = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Numbers and all, not only text: log-probabilities are floats to the last bit. The fresh runs have an engine each, and ask twice: what is read from memory has batches of another shape.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Base_answers_after_an_adapters_are_bit_identical_to_a_fresh_run_a_hundred_times_conformance_6(bool cached)
    {
        await using var untouched = await StartAsync();
        await using var adapted = await StartAsync();
        var (plain, legal) = (await FreshAsync(untouched, Ask()), await FreshAsync(adapted, Ask("legal@1")));
        Assert.NotEqual(plain.First, legal.First);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(i == 0 ? plain.First : plain.Again, Bits(await Answer.OfAsync(engine, Ask() with { CachePrompt = cached })));
            Assert.Equal(i == 0 ? legal.First : legal.Again, Bits(await Answer.OfAsync(engine, Ask("legal@1") with { CachePrompt = cached })));
        }

        async Task<(string First, string Again)> FreshAsync(ModelEngine fresh, GenerationRequest request) =>
            (Bits(await Answer.OfAsync(fresh, request with { CachePrompt = cached })), Bits(await Answer.OfAsync(fresh, request with { CachePrompt = cached })));
    }

    [Fact]
    public async Task Base_and_adapter_share_no_prefix_and_each_goes_on_with_its_own()
    {
        var expected = (Base: await TextAsync(), Legal: await TextAsync("legal@1"));
        Assert.NotEqual(expected.Base, expected.Legal);
        for (var i = 0; i < 20; i++)
        {
            var (plain, legal) = (await Answer.OfAsync(engine, Ask()), await Answer.OfAsync(engine, Ask("legal@1")));
            Assert.Equal(expected, (plain.Text, legal.Text));
            Assert.Equal(plain.End.Usage.PromptTokens - 1, plain.End.Usage.CachedTokens); // the cache hits inside each
            Assert.Equal(legal.End.Usage.PromptTokens - 1, legal.End.Usage.CachedTokens);
        }
        Assert.Equal(0, (await Answer.OfAsync(engine, Ask("legal@2"))).End.Usage.CachedTokens);
        Assert.Equal(0, (await Answer.OfAsync(engine, Ask() with { Adapters = [new AdapterChoice("legal@1", 0.5f)] })).End.Usage.CachedTokens); // another scale is another state
    }

    [Fact]
    public async Task An_adapter_that_is_long_in_loading_keeps_nobody_else_waiting()
    {
        var expected = await TextAsync("legal@1");
        Task<Answer> slow;
        using (var far = await FarAsync())
        {
            slow = Task.Run(() => Answer.OfAsync(engine, Ask("slow")), TestContext.Current.CancellationToken);
            await far.AskedAsync(TestContext.Current.CancellationToken);
            for (var i = 0; i < 20; i++) { Assert.Equal(expected, await Task.Run(() => TextAsync("legal@1"), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)); }
            Assert.False(slow.IsCompleted);
        }
        await Assert.ThrowsAnyAsync<Exception>(() => slow); // it was no adapter
    }

    /// <summary>Who asked for it has left: its reading goes on and belongs to nobody.</summary>
    [Fact]
    public async Task An_adapter_whose_file_does_not_answer_keeps_neither_its_model_nor_the_service_from_going()
    {
        var (cancellation, limit) = (TestContext.Current.CancellationToken, TimeSpan.FromSeconds(20));
        var own = await StartAsync();
        using (var far = await FarAsync())
        {
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var asked = Task.Run(() => Answer.OfAsync(own, Ask("slow"), leaving.Token), cancellation);
            await far.AskedAsync(cancellation);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
            await own.UnloadAsync(SeedModels.Chat, cancellation).WaitAsync(limit, cancellation);
            Assert.Empty(own.Memory.Uses);
            Assert.Single((await Answer.OfAsync(own, Ask("legal@1")).WaitAsync(limit, cancellation)).End.Ran.Adapters);
            await own.DisposeAsync().AsTask().WaitAsync(limit, cancellation);
        }
    }

    /// <summary>Whoever opens a pipe waits until somebody writes: it is told by its size, which is none.</summary>
    [Fact]
    public async Task A_pipe_among_the_adapters_is_refused_and_not_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There are no pipes in the file system.");
        using (var made = Process.Start("mkfifo", Path.Combine(folder, "pipe.gguf"))) { await made.WaitForExitAsync(TestContext.Current.CancellationToken); }
        var asked = Task.Run(() => Answer.OfAsync(engine, Ask("pipe")), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(EngineErrorKind.InvalidModelFile, (await Assert.ThrowsAsync<EngineException>(() => asked)).Kind);
    }

    /// <summary>All ask on one thread: the first that read the file itself, or waited for who reads it, would never come back.</summary>
    [Fact]
    public async Task Many_who_ask_for_an_adapter_that_is_long_in_loading_hold_no_threads()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var asking = Enumerable.Range(0, 60).Select(i => engine.GenerateAsync(Ask("slow"), cancellation).GetAsyncEnumerator(i == 0 ? leaving.Token : cancellation)).ToList();
        List<Task<bool>> answers;
        using (await FarAsync())
        {
            answers = await Task.Run(() => asking.ConvertAll(one => one.MoveNextAsync().AsTask()), cancellation).WaitAsync(TimeSpan.FromSeconds(30), cancellation);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answers[0]); // who leaves does not wait for the file
            Assert.All(answers[1..], one => Assert.False(one.IsCompleted));
            Assert.Equal(EngineErrorKind.Busy, Assert.Throws<EngineException>(() => engine.AdapterLibrary.Delete("slow", 0)).Kind);
        }
        foreach (var one in answers[1..]) { Assert.Equal(EngineErrorKind.InvalidModelFile, (await Assert.ThrowsAsync<EngineException>(() => one)).Kind); } // it was no adapter
        foreach (var one in asking) { await one.DisposeAsync(); }

        RandomAdapter.Write(Path.Combine(folder, "slow.gguf"), seed: 4);
        var texts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TextAsync("slow")));
        Assert.Single(texts.Distinct());
        engine.AdapterLibrary.Unload("slow"); // nobody is left who holds it
    }

    [Fact]
    public async Task Answers_of_many_adapter_sets_at_once_are_those_of_each_alone()
    {
        string?[] sets = [null, "legal@1", "legal@2", "style"];
        var alone = new Dictionary<string, string>();
        foreach (var set in sets) { alone[set ?? ""] = await TextAsync(set); }
        var together = await Task.WhenAll(Enumerable.Range(0, 24).Select(async i => (Set: sets[i % 4] ?? "", (await Answer.OfAsync(engine, Ask(sets[i % 4]))).Text)));
        Assert.All(together, t => Assert.Equal(alone[t.Set], t.Text));
    }

    [Fact]
    public async Task An_answer_says_what_it_ran_with()
    {
        Assert.Empty((await Answer.OfAsync(engine, Ask())).End.Ran.Adapters);
        var newest = (await Answer.OfAsync(engine, Ask() with { ModelId = SeedModels.Chat + ":legal" })).End.Ran;
        Assert.Equal(("legal", 2, 1f), (newest.Adapters[0].Name, newest.Adapters[0].Version, newest.Adapters[0].Scale));
        Assert.Equal((SeedModels.Chat, 64, 64), (newest.ModelId, newest.ModelSha256.Length, newest.Adapters[0].Sha256.Length));
        Assert.Empty((await Answer.OfAsync(engine, Ask() with { ModelId = SeedModels.Chat + ":legal", Adapters = [] })).End.Ran.Adapters); // explicitly the base
        var both = (await Answer.OfAsync(engine, Ask() with { Adapters = [new AdapterChoice("style", 0.25f), new AdapterChoice("legal@1", 2)] })).End.Ran.Adapters;
        Assert.Equal([("legal", 2f), ("style", 0.25f)], both.Select(a => (a.Name, a.Scale)).Order());
        engine.AdapterLibrary.Promote("legal", 1);
        Assert.Equal(1, (await Answer.OfAsync(engine, Ask("legal"))).End.Ran.Adapters[0].Version);
        Assert.Equal([("legal", 1, true), ("legal", 2, true), ("style", 0, true)], engine.Adapters(SeedModels.Chat).Select(a => (a.Name, a.Version, a.IsLoaded)));
    }

    [Fact]
    public async Task Scales_count_and_zero_is_the_base()
    {
        var (plain, half, whole) = (Bits(await Answer.OfAsync(engine, Ask() with { CachePrompt = false })), await ScaledAsync(0.5f), await ScaledAsync(1));
        Assert.Equal(3, new[] { plain, half, whole }.Distinct().Count());
        Assert.Equal(plain, await ScaledAsync(0));
    }

    [Fact]
    public async Task An_adapter_that_is_replaced_in_mid_answer_ends_as_it_began_and_the_next_answer_runs_the_new_one()
    {
        var before = await Answer.OfAsync(engine, Ask("style", 120));
        var token = TestContext.Current.CancellationToken;
        await using var running = engine.GenerateAsync(Ask("style", 120), token).GetAsyncEnumerator(token);
        var text = "";
        while (text.Length == 0 && await running.MoveNextAsync()) { text += (running.Current as GeneratedText)?.Text; }
        RandomAdapter.Write(Path.Combine(folder, "style.gguf"), seed: 99, rank: 8);
        var after = await Answer.OfAsync(engine, Ask("style", 120));
        GenerationEvent last = running.Current;
        while (await running.MoveNextAsync())
        {
            last = running.Current;
            text += (last as GeneratedText)?.Text;
        }
        Assert.Equal(before.Text, text);
        Assert.Equal(before.End.Ran.Adapters[0].Sha256, Assert.IsType<GenerationFinished>(last).Ran.Adapters[0].Sha256);
        Assert.NotEqual(before.End.Ran.Adapters[0].Sha256, after.End.Ran.Adapters[0].Sha256);
        Assert.NotEqual(before.Text, after.Text);
    }

    [Fact]
    public async Task More_adapters_than_are_kept_are_loaded_again_when_asked_for()
    {
        for (var i = 0; i < 6; i++) { RandomAdapter.Write(Path.Combine(folder, $"many{i}.gguf"), seed: 100 + i); }
        await using var narrow = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, AdapterDirectory = folder, AdapterLimit = 2 });
        var first = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            var text = (await Answer.OfAsync(narrow, Ask($"many{i % 6}"))).Text;
            if (i < 6) { first.Add(text); } else { Assert.Equal(first[i % 6], text); }
            Assert.InRange(narrow.Adapters(SeedModels.Chat).Count(a => a.IsLoaded), 1, 3); // one more while the last is still set
        }
    }

    [Theory]
    [InlineData("nothing", EngineErrorKind.ModelNotFound)]
    [InlineData("legal@7", EngineErrorKind.ModelNotFound)]
    [InlineData("../legal/1", EngineErrorKind.BadRequest)]
    [InlineData("legal@1@2", EngineErrorKind.BadRequest)]
    [InlineData("/etc/passwd", EngineErrorKind.BadRequest)]
    public async Task Ids_that_name_nothing_are_refused(string id, EngineErrorKind kind) =>
        Assert.Equal(kind, (await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(engine, Ask(id)))).Kind);

    [Fact]
    public async Task Scales_out_of_range_and_adapters_twice_are_refused()
    {
        Assert.Equal("lora", (await Assert.ThrowsAsync<EngineException>(() => ScaledAsync(float.NaN))).Parameter);
        Assert.Equal("lora", (await Assert.ThrowsAsync<EngineException>(() => ScaledAsync(9))).Parameter);
        await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(engine, Ask() with { Adapters = [new AdapterChoice("style"), new AdapterChoice("style")] }));
    }

    /// <summary>The file of 'slow', which is no adapter, on a disk that does not answer.</summary>
    private async Task<FarFile> FarAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There are no leases of files.");
        var file = Path.Combine(folder, "slow.gguf");
        await File.WriteAllTextAsync(file, "no adapter, but long enough to look", TestContext.Current.CancellationToken);
        return await FarFile.HoldAsync(file, TestContext.Current.CancellationToken);
    }

    private static GenerationRequest Ask(string? adapter = null, int tokens = 12) =>
        SeedModels.Greedy("The river runs through the old town", tokens) with { Adapters = adapter is null ? null : [new AdapterChoice(adapter)], TopLogProbabilities = 3, IgnoreEndOfText = true };

    private static string Bits(Answer answer) =>
        string.Join(' ', answer.Events.OfType<GeneratedText>().SelectMany(e => e.Tokens).SelectMany(t => t.Top.Prepend(t)).Select(t => $"{t.Token}:{BitConverter.SingleToInt32Bits(t.LogProbability):x}"));

    private Task<ModelEngine> StartAsync() => SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, AdapterDirectory = folder });

    private async Task<string> TextAsync(string? adapter = null) => (await Answer.OfAsync(engine, Ask(adapter))).Text;

    private async Task<string> ScaledAsync(float scale) => Bits(await Answer.OfAsync(engine, Ask() with { Adapters = [new AdapterChoice("legal@1", scale)], CachePrompt = false }));
}
