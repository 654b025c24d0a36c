using Platform.ModelHost.Engine.Embeddings;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Tests.Scheduling;

/// <summary>Several models under one ledger: loaded when asked for, refused when they do not fit, unloaded when nobody needs them.</summary>
public sealed class ModelRoomTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("platform-models-").FullName;

    public ModelRoomTests()
    {
        foreach (var name in (string[])["one", "two", "three"]) { File.CreateSymbolicLink(Path.Combine(folder, name + ".gguf"), SeedModels.ChatFile); }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_model_of_the_folder_is_loaded_when_it_is_asked_for_and_answers_like_any_other()
    {
        await using var engine = await StartAsync(0);
        Assert.Equal(["seed-chat", "one", "three", "two"], engine.KnownModels.Select(s => s.Id));
        Assert.Equal([SeedModels.Chat], engine.Models.Select(m => m.Id));
        Assert.Equal(EngineErrorKind.ModelNotFound, Assert.Throws<EngineException>(() => engine.Find("two")).Kind);
        var (usual, two) = (await AskAsync(engine, SeedModels.Chat), await AskAsync(engine, "two"));
        Assert.Equal((usual.Text, "two"), (two.Text, two.End.Ran.ModelId));
        Assert.Equal(ModelState.Loaded, engine.KnownModels.Single(s => s.Id == "two").State);
        Assert.Equal(["seed-chat", "two"], engine.Memory.Uses.Select(u => u.Owner).Distinct().Order());
        var load = engine.KnownModels.Single(s => s.Id == "two").Load!;
        Assert.Equal((4, 0, 6L, two.End.Usage.PromptTokens), (load.Slots.Count, load.Waiting, load.GeneratedTokens, load.ReadTokens));
        await engine.UnloadAsync("two", TestContext.Current.CancellationToken);
        Assert.DoesNotContain(engine.Memory.Uses, u => u.Owner == "two");
        Assert.Equal(usual.Text, (await AskAsync(engine, "two")).Text);
    }

    [Fact]
    public async Task What_does_not_fit_takes_the_place_of_who_waited_longest_and_never_of_a_pinned_or_busy_one()
    {
        await using var measure = await StartAsync(0);
        var need = (measure.Memory.Uses.Sum(u => u.Bytes) >> 20) + 1;
        await using var engine = await StartAsync(2 * need + need / 2); // two fit, three do not
        await AskAsync(engine, "one");
        await AskAsync(engine, "two");
        Assert.Equal(["seed-chat", "two"], engine.Models.Select(m => m.Id).Order()); // one went, the pinned stayed
        engine.Pin("two", true);
        var refusal = await Assert.ThrowsAsync<EngineException>(() => AskAsync(engine, "three"));
        Assert.Equal(EngineErrorKind.OutOfMemory, refusal.Kind);
        Assert.Contains("two", refusal.Message, StringComparison.Ordinal);
        engine.Pin("two", false);
        var token = TestContext.Current.CancellationToken;
        await using (var running = engine.GenerateAsync(SeedModels.Greedy("x") with { ModelId = "two", MaxTokens = null, IgnoreEndOfText = true }, token).GetAsyncEnumerator(token))
        {
            Assert.True(await running.MoveNextAsync());
            Assert.Equal(EngineErrorKind.OutOfMemory, (await Assert.ThrowsAsync<EngineException>(() => AskAsync(engine, "three"))).Kind);
            Assert.Equal(EngineErrorKind.Busy, (await Assert.ThrowsAsync<EngineException>(() => engine.UnloadAsync("two", token))).Kind);
        }
        Assert.NotEmpty((await AskAsync(engine, "three")).Text);
    }

    [Fact]
    public async Task Work_beside_the_models_holds_memory_in_the_same_ledger()
    {
        await using var engine = await StartAsync(1_000);
        var free = engine.Memory.FreeBytes;
        await engine.HoldMemoryAsync("job", "training", free - (1 << 20), TestContext.Current.CancellationToken);
        Assert.Contains("job", (await Assert.ThrowsAsync<EngineException>(() => AskAsync(engine, "one"))).Message, StringComparison.Ordinal);
        var refusal = await Assert.ThrowsAsync<EngineException>(() => engine.HoldMemoryAsync("job", "training", 2 << 20, TestContext.Current.CancellationToken));
        Assert.StartsWith("'job' needs about 2 MiB (training 2)", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("unload a model to let it.", refusal.Message, StringComparison.Ordinal); // a job is no model, and no smaller one can be taken
        engine.ReleaseMemory("job");
        Assert.NotEmpty((await AskAsync(engine, "one")).Text);
    }

    /// <summary>A training job must not wait for ever for a model that nobody uses, nor take the place of the one that people talk to.</summary>
    [Fact]
    public async Task Work_beside_the_models_makes_room_but_for_the_one_that_answers()
    {
        await using var engine = await StartAsync(0);
        engine.Pin(SeedModels.Chat, isPinned: false);
        await engine.LoadAsync("one", TestContext.Current.CancellationToken);
        await engine.LoadAsync("two", TestContext.Current.CancellationToken);
        Assert.Equal(SeedModels.Chat, engine.UsualChatModel);
        await engine.HoldMemoryAsync("other", "work", engine.Memory.FreeBytes, TestContext.Current.CancellationToken);
        var held = engine.Memory.Uses.Where(use => use.Owner != "other").ToLookup(use => use.Owner, use => use.Bytes);
        Assert.Equal((held["one"].Sum() + held["two"].Sum(), engine.Memory.TotalBytes - held[SeedModels.Chat].Sum()), engine.RoomForWork);
        using (await engine.HoldAsync("two", TestContext.Current.CancellationToken))
        {
            await engine.HoldMemoryAsync("job", "training", 1 << 20, TestContext.Current.CancellationToken);
            Assert.Equal([SeedModels.Chat, "two"], engine.Models.Select(m => m.Id).Order());
            await Assert.ThrowsAsync<EngineException>(() => engine.HoldMemoryAsync("job", "more", engine.Memory.FreeBytes + 1, TestContext.Current.CancellationToken));
            Assert.Equal([SeedModels.Chat, "two"], engine.Models.Select(m => m.Id).Order());
        }
    }

    [Fact]
    public async Task Many_who_ask_for_one_that_is_not_loaded_load_it_once()
    {
        await using var engine = await StartAsync(0);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AskAsync(engine, "three")));
        Assert.Single(answers.Select(a => a.Text).Distinct());
        Assert.Single(engine.Memory.Uses, u => u is { Owner: "three", Part: "weights" });
    }

    [Theory]
    [InlineData("../models/seed-chat")]
    [InlineData("nothing")]
    [InlineData("")]
    public async Task Names_reach_nothing_outside_the_folder(string id)
    {
        await using var engine = await StartAsync(0);
        Assert.Equal(EngineErrorKind.ModelNotFound, (await Assert.ThrowsAsync<EngineException>(() => AskAsync(engine, id))).Kind);
    }

    [Fact]
    public async Task A_model_that_nobody_asked_for_goes_after_its_time_and_pinned_ones_stay()
    {
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, ModelDirectory = folder, IdleMinutes = 0.005 });
        await AskAsync(engine, "one");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while (engine.Models.Count > 1) { await Task.Delay(20, deadline.Token); }
        Assert.Equal([SeedModels.Chat], engine.Models.Select(m => m.Id));
        Assert.NotEmpty((await AskAsync(engine, "one")).Text);
    }

    [Fact]
    public async Task An_embedding_model_of_the_folder_is_known_by_its_file()
    {
        File.CreateSymbolicLink(Path.Combine(folder, "vectors.gguf"), SeedModels.EmbedFile);
        await using var engine = await StartAsync(0);
        Assert.Single((await engine.EmbedAsync(new EmbeddingRequest("vectors", ["tea"]), TestContext.Current.CancellationToken)).Vectors);
        Assert.Equal("model", (await Assert.ThrowsAsync<EngineException>(() => AskAsync(engine, "vectors"))).Parameter);
    }

    [Fact]
    public async Task A_model_that_can_never_fit_costs_no_other_its_place()
    {
        await using var measure = await StartAsync(0);
        var need = (measure.Memory.Uses.Sum(u => u.Bytes) >> 20) + 1;
        await using var engine = await StartAsync(2 * need);
        await engine.LoadAsync("one", new LoadSettings(64), TestContext.Current.CancellationToken); // takes less than another would
        await engine.HoldMemoryAsync("job", "training", engine.Memory.FreeBytes, TestContext.Current.CancellationToken);
        Assert.Equal(EngineErrorKind.OutOfMemory, (await Assert.ThrowsAsync<EngineException>(() => AskAsync(engine, "three"))).Kind);
        Assert.Equal(["one", "seed-chat"], engine.Models.Select(m => m.Id).Order());
    }

    [Fact]
    public async Task A_model_that_went_since_it_was_listed_has_no_adapters()
    {
        await using var engine = await StartAsync(0);
        await engine.LoadAsync("one", TestContext.Current.CancellationToken);
        var listed = engine.KnownModels.Single(m => m.Id == "one");
        await engine.UnloadAsync("one", TestContext.Current.CancellationToken);
        Assert.Empty(engine.Adapters(listed.Id));
    }

    [Fact]
    public async Task A_file_that_cannot_be_deleted_is_said_without_its_path()
    {
        await using var engine = await StartAsync(0);
        File.CreateSymbolicLink(Path.Combine(folder, "sub.gguf"), SeedModels.ChatFile);
        Directory.CreateDirectory(Path.Combine(folder, "sub.md")); // a folder where the card would be
        var refusal = await Assert.ThrowsAsync<EngineException>(() => engine.DeleteAsync("sub", TestContext.Current.CancellationToken));
        Assert.Equal(EngineErrorKind.CannotWrite, refusal.Kind);
        Assert.DoesNotContain(folder, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_takes_a_model_that_is_to_be_loaded_anew_keeps_it_and_it_is_never_there_twice()
    {
        await using var engine = await StartAsync(0);
        var token = TestContext.Current.CancellationToken;
        var enough = false;
        var taking = Task.Run(
            async () =>
            {
                while (!Volatile.Read(ref enough)) { using (await engine.HoldAsync(SeedModels.Chat, token)) { } }
            },
            token);
        for (var anew = 0; anew < 12 && !token.IsCancellationRequested;)
        {
            try
            {
                await engine.LoadAsync(SeedModels.Chat, new LoadSettings(128 + anew), token);
                anew++;
                Assert.Single(engine.Memory.Uses, u => u.Part == "weights");
            }
            catch (EngineException busy) when (busy.Kind == EngineErrorKind.Busy)
            {
                await Task.Yield();
            }
        }
        Volatile.Write(ref enough, true);
        await taking;
    }

    private Task<ModelEngine> StartAsync(long mebibytes) => SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, ModelDirectory = folder, MemoryMebibytes = mebibytes });

    private static Task<Answer> AskAsync(ModelEngine engine, string model) => Answer.OfAsync(engine, SeedModels.Greedy("The river", 6) with { ModelId = model });
}
