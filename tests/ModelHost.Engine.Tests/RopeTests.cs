using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Tests;

/// <summary>A context beyond that of the training, by stretched positions.</summary>
public sealed class RopeTests
{
    private static readonly string Long = string.Concat(Enumerable.Repeat("The river runs through the old town. ", 60));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("linear")]
    [InlineData("YaRN")]
    public async Task A_prompt_longer_than_the_training_is_answered_with_scaling_and_refused_without(string type)
    {
        await using var plain = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile });
        var refusal = await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(plain, SeedModels.Greedy(Long, 8)));
        Assert.Equal((EngineErrorKind.ContextTooLong, 256), (refusal.Kind, refusal.ContextTokens));
        await using var stretched = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, RopeType = type, RopeFactor = 4 });
        Assert.Equal((256, 1_024), (stretched.Models[0].TrainingContextTokens, stretched.Models[0].ContextTokens));
        var answer = await Answer.OfAsync(stretched, SeedModels.Greedy(Long, 8) with { IgnoreEndOfText = true });
        Assert.Equal(refusal.PromptTokens, answer.End.Usage.PromptTokens);
        Assert.Equal(8, answer.End.Usage.CompletionTokens);
        Assert.Equal(1_024, (await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(stretched, SeedModels.Greedy(Long + Long + Long, 8)))).ContextTokens);
    }

    /// <summary>Each kind, and the base, gives numbers of its own. The likeliest text of the small model may be the same.</summary>
    [Fact]
    public async Task The_scaling_reaches_the_model()
    {
        RopeScaling?[] scalings = [null, new(RopeKind.Linear, 4), new(RopeKind.Yarn, 4), new(RopeKind.None, 1, 500_000)];
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile });
        var scores = new List<float>();
        foreach (var rope in scalings)
        {
            Assert.Equal(rope is { Factor: > 1 } ? 1_024 : 256, (await engine.LoadAsync(SeedModels.Chat, new LoadSettings(Rope: rope), Cancellation)).ContextTokens);
            var answer = await Answer.OfAsync(engine, SeedModels.Greedy("In the beginning of the story the king went to the river and", 4) with { TopLogProbabilities = 0 });
            scores.Add(answer.Events.OfType<GeneratedText>().SelectMany(t => t.Tokens).Sum(t => t.LogProbability));
        }
        Assert.Equal(scalings.Length, scores.Distinct().Count());
    }

    [Fact]
    public async Task A_model_that_is_loaded_in_another_shape_is_loaded_anew_and_keeps_its_shape()
    {
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile });
        var settings = new LoadSettings(512, new RopeScaling(RopeKind.Yarn, 2));
        Assert.Equal(512, (await engine.LoadAsync(SeedModels.Chat, settings, Cancellation)).ContextTokens);
        await engine.UnloadAsync(SeedModels.Chat, Cancellation);
        Assert.Equal(512, (await engine.LoadAsync(SeedModels.Chat, Cancellation)).ContextTokens);
        await using (var running = engine.GenerateAsync(SeedModels.Greedy("x") with { MaxTokens = null, IgnoreEndOfText = true }, Cancellation).GetAsyncEnumerator(Cancellation))
        {
            Assert.True(await running.MoveNextAsync());
            Assert.Equal(EngineErrorKind.Busy, (await Assert.ThrowsAsync<EngineException>(() => engine.LoadAsync(SeedModels.Chat, new LoadSettings(128), Cancellation))).Kind);
        }
        Assert.Equal(128, (await engine.LoadAsync(SeedModels.Chat, new LoadSettings(128), Cancellation)).ContextTokens);
    }

    /// <summary>Settings belong to the file that was loaded with them.</summary>
    [Fact]
    public async Task A_file_that_takes_the_place_of_another_is_not_asked_for_what_it_cannot()
    {
        var folder = Directory.CreateTempSubdirectory("platform-models-");
        var file = Path.Combine(folder.FullName, "story.gguf");
        File.Copy(SeedModels.ChatFile, file);
        await using (var engine = await SeedModels.StartAsync(new EngineOptions { ModelDirectory = folder.FullName }))
        {
            Assert.Equal(200, (await engine.LoadAsync("story", new LoadSettings(200), Cancellation)).ContextTokens);
            await engine.UnloadAsync("story", Cancellation);
            Assert.Equal(200, Known(engine).ContextTokens);
            var shorter = File.ReadAllBytes(SeedModels.ChatFile);
            var key = shorter.AsSpan().IndexOf(".context_length"u8) + ".context_length".Length + sizeof(uint); // its kind stands between
            Assert.Equal(256u, BitConverter.ToUInt32(shorter, key));
            shorter[key] = 128;
            shorter[key + 1] = 0;
            File.WriteAllBytes(file + ".part", shorter);
            File.Move(file + ".part", file, overwrite: true);
            Assert.Equal(128, Known(engine).ContextTokens);
            Assert.Equal(LoadSettings.Usual, Known(engine).Settings);
            Assert.Equal(128, (await engine.LoadAsync("story", Cancellation)).ContextTokens);
        }
        folder.Delete(recursive: true);

        static KnownModel Known(ModelEngine engine) => engine.KnownModels.Single(model => model.Id == "story");
    }

    /// <summary>As a file is replaced that serves: what it was loaded with need not hold for the new one.</summary>
    [Fact]
    public async Task What_a_loaded_model_would_need_anew_is_told_of_the_file_that_is_there()
    {
        var folder = Directory.CreateTempSubdirectory("platform-models-");
        File.Copy(SeedModels.ChatFile, Path.Combine(folder.FullName, "story.gguf"));
        await using (var engine = await SeedModels.StartAsync(new EngineOptions { ModelDirectory = folder.FullName }))
        {
            await engine.LoadAsync("story", new LoadSettings(200), Cancellation);
            var shorter = File.ReadAllBytes(SeedModels.ChatFile);
            var key = shorter.AsSpan().IndexOf(".context_length"u8) + ".context_length".Length + sizeof(uint);
            (shorter[key], shorter[key + 1]) = (128, 0);
            File.WriteAllBytes(Path.Combine(folder.FullName, "story.part"), shorter);
            File.Move(Path.Combine(folder.FullName, "story.part"), Path.Combine(folder.FullName, "story.gguf"), overwrite: true);
            Assert.True(engine.Fit("story", null).Fits);
            Assert.Equal("context_tokens", Assert.Throws<EngineException>(() => engine.Fit("story", new LoadSettings(200))).Parameter);
        }
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(RopeKind.Linear, 0.5, 0, null, "rope.factor")]
    [InlineData(RopeKind.Yarn, double.NaN, 0, null, "rope.factor")]
    [InlineData(RopeKind.Yarn, 65.0, 0, null, "rope.factor")]
    [InlineData(RopeKind.None, 2.0, 0, null, "rope.factor")]
    [InlineData(RopeKind.Yarn, 2.0, -1, null, "rope.original_tokens")]
    [InlineData(RopeKind.Linear, 2.0, 0, -1.0, "rope.base")]
    [InlineData((RopeKind)7, 2.0, 0, null, "rope.type")]
    public async Task A_scaling_out_of_range_is_refused_by_its_field(RopeKind kind, double factor, int original, double? @base, string field)
    {
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile });
        var refusal = await Assert.ThrowsAsync<EngineException>(() => engine.LoadAsync(SeedModels.Chat, new LoadSettings(Rope: new RopeScaling(kind, factor, @base, original)), Cancellation));
        Assert.Equal((EngineErrorKind.BadRequest, field), (refusal.Kind, refusal.Parameter));
        Assert.Contains(field, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_of_the_scaling_are_checked_at_the_start()
    {
        var refusal = await Assert.ThrowsAsync<EngineException>(() => SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, RopeType = "spiral", RopeFactor = 0 }));
        Assert.Contains("Engine:RopeType is 'spiral'; it must be none, linear or yarn", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Engine:RopeFactor is 0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Engine:RopeFactor is not set", (await Assert.ThrowsAsync<EngineException>(() => SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, RopeType = "yarn" }))).Message, StringComparison.Ordinal);
        Assert.Contains("Engine:RopeFactor", (await Assert.ThrowsAsync<EngineException>(() => SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, RopeFactor = 2 }))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000, "\"factor\": 4}")]
    [InlineData(16_384, "\"factor\": 64}")]
    [InlineData(16_385, "with rope scaling 16384")] // no factor is advised that would be refused
    [InlineData(int.MaxValue, "with rope scaling 16384")]
    public async Task A_context_that_is_too_long_is_told_how_to_get_it_where_there_is_a_way(int tokens, string advice)
    {
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile });
        var refusal = Assert.Throws<EngineException>(() => engine.Fit(SeedModels.Chat, new LoadSettings(tokens)));
        Assert.Equal((EngineErrorKind.BadRequest, "context_tokens"), (refusal.Kind, refusal.Parameter));
        Assert.Contains(advice, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("rope", Assert.Throws<EngineException>(() => engine.Fit(SeedModels.Chat, new LoadSettings(1))).Message, StringComparison.Ordinal);
    }
}
