using System.Text;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Decoding;

public sealed class BeamTests(SeedModels models) : IClassFixture<SeedModels>
{
    [Fact]
    public async Task One_beam_is_greedy()
    {
        var greedy = await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", 20));
        Assert.Equal(greedy.Text, (await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", 20) with { Beam = new BeamOptions(1) })).Text);
    }

    /// <summary>The oracle: every pair of tokens worth a look, one by one.</summary>
    [Fact]
    public async Task The_best_of_eight_beams_over_two_tokens_are_those_of_an_exhaustive_search()
    {
        var prompt = models.Engine.Tokenize(SeedModels.Chat, "The old town by the", addSpecial: true, parseSpecial: false);
        var pairs = new List<(double Sum, string Text)>();
        foreach (var first in (await NextAsync(prompt))[..8])
        {
            foreach (var second in await NextAsync([.. prompt, first.Token])) { pairs.Add((first.LogProbability + second.LogProbability, Encoding.UTF8.GetString([.. first.Bytes, .. second.Bytes]))); }
        }
        var expected = pairs.OrderByDescending(p => p.Sum).Take(4).ToList();
        var found = await Answer.OfAsync(models.Engine, new GenerationRequest { ModelId = SeedModels.Chat, PromptTokens = prompt, MaxTokens = 2, IgnoreEndOfText = true, Beam = new BeamOptions(8, LengthPenalty: 0, Best: 4) });
        var ends = found.Events.OfType<GenerationFinished>().ToList();
        Assert.Equal([0, 1, 2, 3], ends.Select(e => e.Candidate));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(expected[i].Sum, ends[i].Score!.Value, 1e-3);
            Assert.Equal(expected[i].Text, found.Events.OfType<GeneratedText>().Single(t => t.Candidate == i).Text);
        }
    }

    [Fact]
    public async Task More_beams_never_find_a_worse_answer_and_the_length_penalty_divides()
    {
        var one = (await AskAsync(new BeamOptions(1, 0))).End;
        var many = (await AskAsync(new BeamOptions(6, 0))).End;
        Assert.True(many.Score >= one.Score - 1e-3, $"{many.Score} against {one.Score}");
        var penalised = (await AskAsync(new BeamOptions(1, 1))).End;
        Assert.Equal(one.Score!.Value / one.Usage.CompletionTokens, penalised.Score!.Value, 1e-3);
    }

    /// <summary>Batches of other shapes round differently, so scores are compared.</summary>
    [Fact]
    public async Task Beams_beside_other_answers_find_what_they_find_alone()
    {
        var alone = (await AskAsync(new BeamOptions(4))).End.Score!.Value;
        var plain = Enumerable.Range(0, 4).Select(_ => Answer.OfAsync(models.Engine, SeedModels.Greedy("大学之道")));
        var beams = Enumerable.Range(0, 4).Select(_ => AskAsync(new BeamOptions(4)));
        var together = await Task.WhenAll(plain.Zip(beams).SelectMany(p => new[] { p.First, p.Second }));
        Assert.All(together.Where(t => t.End.Score is not null), t => Assert.Equal(alone, t.End.Score!.Value, 0.02));
    }

    [Fact]
    public async Task All_beams_together_stay_within_the_context_and_say_so()
    {
        var answer = await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river") with { MaxTokens = null, IgnoreEndOfText = true, Beam = new BeamOptions(8) });
        Assert.Equal(FinishReason.ContextFull, answer.End.Reason);
        Assert.Equal((256 - answer.End.Usage.PromptTokens) / 8, answer.End.Usage.CompletionTokens);
    }

    [Fact]
    public async Task A_stop_text_ends_a_beam_before_it()
    {
        var whole = (await AskAsync(new BeamOptions(2))).Text;
        var stopped = await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", 16) with { Beam = new BeamOptions(2), Stop = [whole.Substring(6, 4)] });
        Assert.DoesNotContain(whole.Substring(6, 4), stopped.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_go_together_with_beams_is_refused()
    {
        foreach (var (request, field) in ((GenerationRequest, string)[])[
            (SeedModels.Greedy("x") with { Candidates = 2, Beam = new BeamOptions() }, "n"),
            (SeedModels.Greedy("x") with { Beam = new BeamOptions(9) }, "num_beams"),
            (SeedModels.Greedy("x") with { Beam = new BeamOptions(2, Best: 3) }, "n"),
            (SeedModels.Greedy("x") with { Beam = new BeamOptions(2, float.NaN) }, "length_penalty"),
            (SeedModels.Greedy("x") with { Beam = new BeamOptions(), TopLogProbabilities = 1 }, "logprobs"),
            (SeedModels.Greedy("x") with { Beam = new BeamOptions(), Sampling = new SamplingOptions { RepeatPenalty = 1.1f } }, "repeat_penalty"),
            (SeedModels.Greedy("x") with { Beam = new BeamOptions(), Sampling = new SamplingOptions { TypicalP = 0.9f } }, "typical_p"),
            (SeedModels.Greedy("x") with { Beam = new BeamOptions(), Sampling = new SamplingOptions { TopNSigma = 1 } }, "top_n_sigma"),
            (SeedModels.Greedy("x") with { Beam = new BeamOptions(), Sampling = new SamplingOptions { TopPDecay = 0.9f } }, "top_p_decay"),
            (SeedModels.Greedy("x") with { Beam = new BeamOptions(), Sampling = new SamplingOptions { Mirostat = 2 } }, "mirostat"),
            (SeedModels.Greedy("x") with { Beam = new BeamOptions(), Sampling = new SamplingOptions { XtcProbability = 0.5f } }, "xtc_probability"),
            (SeedModels.Greedy("x") with { Beam = new BeamOptions(), Sampling = new SamplingOptions { NoRepeatNgram = 2 } }, "no_repeat_ngram_size")])
        {
            Assert.Equal((EngineErrorKind.BadRequest, field), await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(models.Engine, request)) is var e ? (e.Kind, e.Parameter) : default);
        }
    }

    private Task<Answer> AskAsync(BeamOptions beam) => Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", 16) with { Beam = beam, IgnoreEndOfText = true });

    private async Task<List<TokenLogProbability>> NextAsync(int[] prompt)
    {
        var request = new GenerationRequest { ModelId = SeedModels.Chat, PromptTokens = prompt, MaxTokens = 1, TopLogProbabilities = 20, IgnoreEndOfText = true, Sampling = new SamplingOptions { Temperature = 0 } };
        return [.. (await Answer.OfAsync(models.Engine, request)).Events.OfType<GeneratedText>().Single().Tokens[0].Top.Where(t => !models.Engine.Detokenize(SeedModels.Chat, [t.Token]).StartsWith("<|", StringComparison.Ordinal))];
    }
}
