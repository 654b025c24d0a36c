using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Decoding;

/// <summary>A small model that guesses for a large one changes the speed and nothing else.</summary>
public sealed class DraftTests : IDisposable
{
    private static readonly string[] Prompts = ["one two three four five six seven one two three four", "The river", "大学之道，在明明德，", "int main() {", "a a a a a"];

    private readonly string folder = Directory.CreateTempSubdirectory("platform-drafts-").FullName;

    public DraftTests()
    {
        NoisyCopy.Write(Path.Combine(folder, "near.gguf"), strength: 12, part: "ffn");
        NoisyCopy.Write(Path.Combine(folder, "far.gguf"), strength: 127, part: "");
        NoisyCopy.WriteWithAnotherWord(Path.Combine(folder, "foreign.gguf"));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_model_that_drafts_for_itself_is_nearly_always_right()
    {
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, DraftModel = SeedModels.ChatFile });
        var (drafted, accepted) = await CompareAsync(engine, draft: null);
        Assert.True(drafted > 100 && accepted > 0.9 * drafted, $"{accepted} of {drafted} were right");
    }

    [Fact]
    public async Task A_draft_that_is_often_wrong_changes_no_answer()
    {
        await using var engine = await StartAsync();
        var (drafted, accepted) = await CompareAsync(engine, "near");
        Assert.True(accepted > 20 && accepted < drafted, $"{accepted} of {drafted} were right: the test has no power");
    }

    [Fact]
    public async Task A_draft_that_is_always_wrong_is_hardly_asked() // 450 tokens are written
    {
        await using var engine = await StartAsync();
        var (drafted, accepted) = await CompareAsync(engine, "far");
        Assert.True(accepted <= drafted && drafted < 90, $"{drafted} were drafted, {accepted} right");
    }

    /// <summary>Each token is drawn from its own row, guessed or not, so the same seed draws the same text.</summary>
    [Fact]
    public async Task Drawn_answers_are_those_of_their_seed()
    {
        await using var engine = await StartAsync();
        var accepted = 0;
        for (var seed = 0u; seed < 6; seed++)
        {
            var request = SeedModels.Greedy(Prompts[seed % 2], 60) with { Sampling = new SamplingOptions { Temperature = 0.3f, Seed = seed } };
            var drafted = await Answer.OfAsync(engine, request with { Speculation = Speculation.Draft, DraftModel = "near" });
            Assert.Equal((await Answer.OfAsync(engine, request)).Text, drafted.Text);
            accepted += drafted.End.Usage.AcceptedTokens;
        }
        Assert.True(accepted > 10, $"{accepted} guesses were right: the test has no power");
    }

    [Fact]
    public async Task Two_answers_at_once_are_both_followed()
    {
        await using var engine = await StartAsync();
        var alone = await Task.WhenAll(Prompts.Take(2).Select(p => Answer.OfAsync(engine, Ask(p) with { MaxTokens = 40 })));
        var followed = await Task.WhenAll(Prompts.Take(2).Select(p => Answer.OfAsync(engine, Ask(p, "near") with { MaxTokens = 40 })));
        Assert.Equal(alone.Select(a => a.Text), followed.Select(a => a.Text));
        Assert.All(followed, a => Assert.True(a.End.Usage.DraftedTokens > 0));
    }

    [Fact]
    public async Task A_draft_takes_its_memory_and_goes_with_its_model()
    {
        await using var engine = await StartAsync();
        Assert.Equal(["context", "weights"], Parts(engine));
        await Answer.OfAsync(engine, Ask("x", "near"));
        Assert.Equal(["context", "draft context", "draft weights", "weights"], Parts(engine));
        var refusal = await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(engine, Ask("x", "far")));
        Assert.Equal((EngineErrorKind.Busy, "draft_model"), (refusal.Kind, refusal.Parameter));
        Assert.True((await Answer.OfAsync(engine, Ask("a a a a a") with { Speculation = Speculation.Draft })).End.Usage.DraftedTokens > 0); // the one that is there
        await engine.UnloadAsync(SeedModels.Chat, TestContext.Current.CancellationToken);
        Assert.Empty(Parts(engine));
        Assert.NotEmpty((await Answer.OfAsync(engine, Ask("x", "far"))).Text);

        static string[] Parts(ModelEngine engine) => [.. engine.Memory.Uses.Select(use => use.Part).Where(part => part != "prefixes").Order(StringComparer.Ordinal)];
    }

    [Theory]
    [InlineData(null, "Engine:DraftModel")]
    [InlineData("foreign", "token")]
    [InlineData("seed-embed", "writes no text")]
    public async Task What_cannot_draft_is_refused_and_leaves_nothing(string? draft, string why)
    {
        File.CreateSymbolicLink(Path.Combine(folder, "seed-embed.gguf"), SeedModels.EmbedFile);
        await using var engine = await StartAsync();
        var before = engine.Memory.FreeBytes;
        var refusal = await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(engine, Ask("x") with { Speculation = Speculation.Draft, DraftModel = draft }));
        Assert.Equal((EngineErrorKind.BadRequest, "draft_model"), (refusal.Kind, refusal.Parameter));
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, engine.Memory.FreeBytes);
    }

    [Fact]
    public async Task The_card_of_a_model_may_name_its_draft_and_a_start_with_a_wrong_one_fails()
    {
        File.Copy(SeedModels.ChatFile, Path.Combine(folder, "large.gguf"));
        await File.WriteAllTextAsync(Path.Combine(folder, "large.md"), "---\ndraft: near\n---\n", TestContext.Current.CancellationToken);
        await using var engine = await StartAsync();
        var answer = await Answer.OfAsync(engine, Ask("a a a a a") with { ModelId = "large", Speculation = Speculation.Draft });
        Assert.True(answer.End.Usage.DraftedTokens > 0);
        var refusal = await Assert.ThrowsAsync<EngineException>(() => SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, DraftModel = Path.Combine(folder, "foreign.gguf") }));
        Assert.Contains("'foreign' cannot draft for 'seed-chat'", refusal.Message, StringComparison.Ordinal);
    }

    private Task<ModelEngine> StartAsync() => SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, ModelDirectory = folder });

    private static GenerationRequest Ask(string prompt, string? draft = null) => SeedModels.Greedy(prompt, 90) with { Speculation = draft is null ? Speculation.Off : Speculation.Draft, DraftModel = draft, IgnoreEndOfText = true };

    private static async Task<(int Drafted, int Accepted)> CompareAsync(ModelEngine engine, string? draft)
    {
        var (drafted, accepted) = (0, 0);
        foreach (var prompt in Prompts)
        {
            var plain = await Answer.OfAsync(engine, Ask(prompt));
            var guessed = await Answer.OfAsync(engine, Ask(prompt) with { Speculation = Speculation.Draft, DraftModel = draft });
            Assert.Equal((plain.Text, plain.End.Reason, plain.End.Usage.CompletionTokens), (guessed.Text, guessed.End.Reason, guessed.End.Usage.CompletionTokens));
            drafted += guessed.End.Usage.DraftedTokens;
            accepted += guessed.End.Usage.AcceptedTokens;
        }
        return (drafted, accepted);
    }
}
