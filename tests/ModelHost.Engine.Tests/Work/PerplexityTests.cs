using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Tests.Adapters;
using Platform.ModelHost.Engine.Work;

namespace Platform.ModelHost.Engine.Tests.Work;

/// <summary>The measure against the same numbers asked from the serving engine, token by token.</summary>
public sealed class PerplexityTests : IAsyncLifetime
{
    private const int Held = 255, Slide = 127, Tokens = 330; // a window of 256 begins with the mark of the beginning
    private readonly WorkingEngine working = new();

    private static readonly string Text = string.Join(' ', Enumerable.Range(0, 120).Select(i => $"In the year {1_800 + i} the river rose {i * 7 % 13} feet, and 大学之道在明明德."));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        RandomAdapter.Write(Path.Combine(working.Adapters, "odd.gguf"), 1);
        await working.StartAsync();
    }

    public ValueTask DisposeAsync() => working.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("odd")]
    public async Task It_equals_the_log_probabilities_that_the_engine_tells_of_each_token(string? adapter)
    {
        var found = await working.Engine.Work.Measure.RunAsync(new PerplexityRequest("job", SeedModels.Chat, Text, adapter, Tokens), _ => { }, Cancellation);
        var tokens = working.Engine.Tokenize(SeedModels.Chat, Text, addSpecial: false, parseSpecial: false)[..Tokens];
        var begin = Assert.Single(working.Engine.Tokenize(SeedModels.Chat, "", addSpecial: true, parseSpecial: false));
        var surprise = new List<double>();
        for (var i = 0; i < Tokens; i++)
        {
            var start = i < Held ? 0 : (i - (Held - Slide)) / Slide * Slide;
            surprise.Add(-await LogProbabilityAsync([begin, .. tokens[start..i]], tokens[i], adapter));
        }
        var mean = surprise.Average();
        var error = Math.Sqrt(surprise.Sum(s => (s - mean) * (s - mean)) / surprise.Count / (surprise.Count - 1));
        Assert.Equal(Tokens, found.Tokens);
        Assert.Equal(1, found.Perplexity / Math.Exp(mean), 0.002); // the two fill their batches differently
        Assert.Equal(1, found.StandardError / (Math.Exp(mean) * error), 0.002);
    }

    [Fact]
    public async Task An_adapter_changes_the_number_and_both_ways_to_name_it_agree()
    {
        var plain = await MeasureAsync(new PerplexityRequest("job", SeedModels.Chat, Text, null, 200));
        var named = await MeasureAsync(new PerplexityRequest("job", SeedModels.Chat, Text, "odd", 200));
        Assert.NotEqual(plain.Perplexity, named.Perplexity);
        Assert.Equal(named, await MeasureAsync(new PerplexityRequest("job", SeedModels.Chat + ":odd", Text, null, 200)));
    }

    [Fact]
    public void What_cannot_be_measured_is_refused_before_it_waits()
    {
        foreach (var (model, text, adapter, most, parameter) in ((string, string, string?, int?, string)[])
        [
            ("absent", "a b c", null, null, "model"),
            ("seed-chat", "", null, null, "text"),
            ("seed-chat", "a", null, null, "text"), // one token
            ("seed-chat", "a b c", null, 1, "max_tokens"),
            ("seed-chat", "a b c", null, 1_000_001, "max_tokens"),
            ("seed-chat", "a b c", "absent", null, "lora"),
        ])
        {
            Assert.Equal(parameter, Assert.Throws<EngineException>(() => working.Engine.Work.Measure.Check(new PerplexityRequest("job", model, text, adapter, most))).Parameter);
        }
    }

    /// <summary>A model that is not loaded has no tokens to count: its measurement tells.</summary>
    [Fact]
    public async Task A_text_of_one_token_is_refused_with_what_it_needs()
    {
        Assert.Contains("at least 2 tokens", Assert.Throws<EngineException>(() => working.Engine.Work.Measure.Check(new PerplexityRequest("job", SeedModels.Chat, "a"))).Message, StringComparison.Ordinal);
        await working.Engine.UnloadAsync(SeedModels.Chat, Cancellation);
        Assert.Contains("at least 2 tokens", (await Assert.ThrowsAsync<EngineException>(() => MeasureAsync(new PerplexityRequest("job", SeedModels.Chat, "a")))).Message, StringComparison.Ordinal);
    }

    /// <summary>A window moves on by half of what it holds.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)] // one of them is the mark of the beginning
    public async Task A_context_too_short_to_move_on_in_is_refused(int window)
    {
        var order = new PerplexityOrder(SeedModels.ChatFile, "", null, Text, window, Tokens, 0) { NativeDirectory = "", Threads = 1 };
        var measured = Task.Run(() => MeasurePerplexity.Run(order, _ => { }), Cancellation);
        Assert.Contains("window of", (await Assert.ThrowsAsync<EngineException>(() => measured.WaitAsync(TimeSpan.FromSeconds(30), Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_does_not_fit_is_refused_and_nothing_is_held()
    {
        var free = working.Engine.Memory.FreeBytes;
        await working.Engine.HoldMemoryAsync("other", "training", free - (1 << 20), Cancellation);
        Assert.Equal(EngineErrorKind.OutOfMemory, (await Assert.ThrowsAsync<EngineException>(() => MeasureAsync(new PerplexityRequest("job", SeedModels.Chat, Text)))).Kind);
        working.Engine.ReleaseMemory("other");
        Assert.Equal(free, working.Engine.Memory.FreeBytes);
    }

    private Task<PerplexityResult> MeasureAsync(PerplexityRequest request) => working.Engine.Work.Measure.RunAsync(request, _ => { }, Cancellation);

    /// <summary>A bias makes the engine take the token; what it tells of it is the model's own opinion.</summary>
    private async Task<double> LogProbabilityAsync(int[] prompt, int token, string? adapter)
    {
        var answer = await Answer.OfAsync(working.Engine, new GenerationRequest
        {
            ModelId = SeedModels.Chat, PromptTokens = prompt, MaxTokens = 1, TopLogProbabilities = 0, IgnoreEndOfText = false, Adapters = adapter is null ? null : [new AdapterChoice(adapter)],
            Sampling = new SamplingOptions { Temperature = 0, RepeatPenalty = 1, LogitBias = new Dictionary<int, float> { [token] = 100 } },
        });
        var told = answer.Events.OfType<GeneratedText>().SelectMany(t => t.Tokens).Single();
        Assert.Equal(token, told.Token);
        return told.LogProbability;
    }
}
