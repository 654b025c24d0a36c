using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Generation.Sampling;

namespace Platform.ModelHost.Engine.Tests.Decoding;

/// <summary>Each knob does what it says, seen from outside.</summary>
public sealed class SamplerTests(SeedModels models) : IClassFixture<SeedModels>
{
    private static readonly SamplingOptions Open = new() { Temperature = 1.2f, TopK = 0, TopP = 1, MinP = 0, Seed = 11 };

    public static TheoryData<string, SamplingOptions> Knobs => new()
    {
        { "typical", Open with { TypicalP = 0.4f } },
        { "top_n_sigma", Open with { TopNSigma = 1 } },
        { "mirostat 1", Open with { Mirostat = 1, MirostatTau = 2 } },
        { "mirostat 2", Open with { Mirostat = 2, MirostatTau = 2 } },
        { "xtc", Open with { XtcProbability = 1, XtcThreshold = 0.01f } },
        { "dry", Open with { Temperature = 0, DryMultiplier = 5, DryAllowedLength = 1 } },
        { "top_p", Open with { TopP = 0.3f } },
        { "top_p_decay", Open with { TopP = 0.9f, TopPDecay = 0.5f, TopPFloor = 0.1f } },
        { "no_repeat_ngram", Open with { Temperature = 0, NoRepeatNgram = 2 } },
        { "repeat", Open with { Temperature = 0, RepeatPenalty = 1.5f } },
        { "logit_bias", Open with { Temperature = 0, LogitBias = new Dictionary<int, float> { [261] = 20 } } },
    };

    [Theory, MemberData(nameof(Knobs))]
    public async Task Every_knob_changes_the_text_and_the_same_seed_repeats_it(string knob, SamplingOptions sampling)
    {
        var plain = await TextAsync(sampling.Temperature == 0 ? new SamplingOptions { Temperature = 0 } : Open);
        var first = await TextAsync(sampling);
        Assert.True(plain != first, $"{knob} changed nothing");
        Assert.Equal(first, await TextAsync(sampling));
    }

    [Fact]
    public async Task No_run_of_n_tokens_stands_twice_in_an_answer()
    {
        var tokens = await TokensAsync(new SamplingOptions { Temperature = 0, NoRepeatNgram = 3 }, 120);
        var runs = Enumerable.Range(0, tokens.Count - 2).Select(i => string.Join(' ', tokens.Skip(i).Take(3))).ToList();
        Assert.Equal(runs.Count, runs.Distinct().Count());
        var free = await TokensAsync(new SamplingOptions { Temperature = 0 }, 120);
        Assert.Contains(Enumerable.Range(0, free.Count - 2).Select(i => string.Join(' ', free.Skip(i).Take(3))).GroupBy(r => r), g => g.Count() > 1); // the test has power
    }

    /// <summary>The window is what the native signature says it is: a wrong one would look back on anything.</summary>
    [Fact]
    public async Task Penalties_look_back_on_so_many_tokens_and_no_further()
    {
        var penalised = new SamplingOptions { Temperature = 0, PresencePenalty = 2, FrequencyPenalty = 2, RepeatPenalty = 10, PenaltyWindow = 5 };
        var tokens = await TokensAsync(penalised, 80);
        var distances = Enumerable.Range(1, tokens.Count - 1).Select(i => i - tokens.LastIndexOf(tokens[i], i - 1)).Where((d, i) => d <= i + 1).ToList();
        Assert.All(distances, d => Assert.True(d > 5, $"a token came again after {d}"));
        Assert.Contains(distances, d => d < 20); // and what lies further back is free
    }

    [Fact]
    public async Task A_bias_of_minus_100_forbids_and_one_of_100_forces()
    {
        var free = await TokensAsync(new SamplingOptions { Temperature = 0 }, 1);
        var other = await TokensAsync(new SamplingOptions { Temperature = 0, LogitBias = new Dictionary<int, float> { [free[0]] = -100 } }, 8);
        Assert.DoesNotContain(free[0], other);
        Assert.All(await TokensAsync(new SamplingOptions { Temperature = 0, LogitBias = new Dictionary<int, float> { [777] = 100 } }, 8), t => Assert.Equal(777, t));
    }

    [Fact]
    public void A_decaying_top_p_falls_to_its_floor_and_starts_anew_with_the_next_sentence()
    {
        var decay = new DecayingTopP(new SamplingOptions { TopP = 0.8f, TopPDecay = 0.5f, TopPFloor = 0.15f });
        var seen = new List<float>();
        foreach (var piece in (string[])["The", " river", " runs", ".", " Then", "。", "x"])
        {
            seen.Add(decay.Now);
            decay.Accept(System.Text.Encoding.UTF8.GetBytes(piece));
        }
        Assert.Equal([0.8f, 0.4f, 0.2f, 0.15f, 0.8f, 0.4f, 0.8f], seen);
    }

    [Fact]
    public async Task Log_probabilities_come_with_the_likeliest_in_order_and_spell_the_text()
    {
        var answer = await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", 12) with { TopLogProbabilities = 5 });
        var tokens = answer.Events.OfType<GeneratedText>().SelectMany(e => e.Tokens).ToList();
        Assert.Equal(12, tokens.Count);
        Assert.Equal(answer.Text, System.Text.Encoding.UTF8.GetString([.. tokens.SelectMany(t => t.Bytes)]));
        Assert.All(tokens, token =>
        {
            Assert.Equal(5, token.Top.Count);
            Assert.Equal(token.Token, token.Top[0].Token); // greedy
            Assert.Equal(token.LogProbability, token.Top[0].LogProbability);
            Assert.Equal(token.Top.Select(t => t.LogProbability).OrderDescending(), token.Top.Select(t => t.LogProbability));
            Assert.InRange(token.Top.Sum(t => Math.Exp(t.LogProbability)), 0, 1.0001);
        });
        Assert.Equal(answer.Text, (await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", 12))).Text);
    }

    [Fact]
    public async Task Several_candidates_read_the_prompt_once_and_differ_by_their_seeds()
    {
        // A memory of its own: where others left holes, keys stand in another order, and f16 sums of another order differ.
        await using var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, Slots = 4 });
        var request = SeedModels.Greedy("A prompt of some length that is to be read only once, whatever comes of it", 10) with { Candidates = 6, Sampling = Open };
        var answer = await Answer.OfAsync(engine, request); // more than there are slots
        var ends = answer.Events.OfType<GenerationFinished>().OrderBy(e => e.Candidate).ToList();
        Assert.Equal([0, 1, 2, 3, 4, 5], ends.Select(e => e.Candidate));
        Assert.All(ends.Skip(1), e => Assert.Equal(e.Usage.PromptTokens - 1, e.Usage.CachedTokens));
        var texts = ends.Select(e => string.Concat(answer.Events.OfType<GeneratedText>().Where(t => t.Candidate == e.Candidate).Select(t => t.Text))).ToList();
        Assert.Equal(6, texts.Distinct().Count());
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(11u + (uint)i, ends[i].Usage.Seed);
            var alone = await Answer.OfAsync(engine, request with { Candidates = 1, Sampling = Open with { Seed = 11u + (uint)i } });
            Assert.Equal(alone.Text, texts[i]);
        }
    }

    [Fact]
    public async Task Ignoring_the_end_of_text_goes_on_to_the_limit()
    {
        var request = SeedModels.Greedy("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", 200);
        Assert.Equal(FinishReason.EndOfText, (await Answer.OfAsync(models.Engine, request)).End.Reason);
        Assert.Equal(FinishReason.MaxTokens, (await Answer.OfAsync(models.Engine, request with { IgnoreEndOfText = true })).End.Reason);
    }

    private async Task<string> TextAsync(SamplingOptions sampling) => (await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", 40) with { Sampling = sampling })).Text;

    private async Task<List<int>> TokensAsync(SamplingOptions sampling, int count)
    {
        var answer = await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", count) with { Sampling = sampling, TopLogProbabilities = 0, IgnoreEndOfText = true });
        return [.. answer.Events.OfType<GeneratedText>().SelectMany(e => e.Tokens).Select(t => t.Token)];
    }
}
