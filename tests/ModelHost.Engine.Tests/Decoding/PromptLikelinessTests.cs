using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Decoding;

/// <summary>A prompt's tokens told with how likely they were.</summary>
public sealed class PromptLikelinessTests(SeedModels seed) : IClassFixture<SeedModels>
{
    private const string Text = "In the year 1801 the river rose seven feet, and the king of the old town went out to see it. 大学之道，在明明德。";

    /// <summary>Against the same numbers asked one by one: a bias makes the engine take the token, and what it tells of it is the model's own opinion. The prompt is longer than a step's rows.</summary>
    [Fact]
    public async Task They_are_what_the_engine_tells_of_each_token_alone()
    {
        var prompt = seed.Engine.Tokenize(SeedModels.Chat, Text, addSpecial: true, parseSpecial: false);
        var told = Prompt(await Answer.OfAsync(seed.Engine, Ask(Text) with { MaxTokens = 0, TopLogProbabilities = 2 }));
        Assert.True(prompt.Length > 34);
        Assert.Equal(prompt[1..], told.Select(t => t.Token)); // the mark of the beginning is no part of the text
        Assert.True(float.IsNaN(told[0].LogProbability) && told[0].Top.Count == 0);
        for (var i = 1; i < told.Count; i++)
        {
            Assert.Equal(await LogProbabilityAsync(prompt[..(i + 1)], prompt[i + 1]), told[i].LogProbability, 0.02); // the two fill their batches differently
            Assert.Equal(2, told[i].Top.Count);
            Assert.True(told[i].Top[0].LogProbability >= told[i].LogProbability - 1e-6);
        }
    }

    [Fact]
    public async Task The_answer_after_them_is_the_same_and_each_candidate_and_its_company_tell_theirs()
    {
        var plain = await Answer.OfAsync(seed.Engine, Ask(Text));
        var requests = Enumerable.Range(0, 3).Select(i => Ask(Text) with { TellsPrompt = i < 2, TopLogProbabilities = i < 2 ? 0 : null, Candidates = i == 0 ? 2 : 1 });
        var answers = await Task.WhenAll(requests.Select(request => Answer.OfAsync(seed.Engine, request)));
        Assert.All(answers, answer => Assert.Equal(plain.Text, string.Concat(answer.Events.OfType<GeneratedText>().Where(t => t.Candidate == 0).Select(t => t.Text))));
        var alone = Prompt(answers[1]);
        Assert.Empty(Prompt(answers[2]));
        foreach (var candidate in (int[])[0, 1])
        {
            var told = answers[0].Events.OfType<GeneratedText>().Where(t => t.Candidate == candidate).SelectMany(t => t.Tokens).ToList();
            Assert.Equal(alone.Select(t => t.Token), told.TakeWhile(t => t.IsPrompt).Select(t => t.Token));
            Assert.DoesNotContain(told.SkipWhile(t => t.IsPrompt), t => t.IsPrompt);
        }
        Assert.Equal(0, answers[1].End.Usage.CachedTokens); // read anew
    }

    [Fact]
    public async Task No_tokens_may_be_asked_for_with_a_prompt_that_is_told_and_of_given_tokens_every_one_is()
    {
        var answer = await Answer.OfAsync(seed.Engine, Ask(Text) with { Prompt = null, PromptTokens = [1, 300, 400], MaxTokens = 0 });
        Assert.Equal((FinishReason.MaxTokens, 3, 0), (answer.End.Reason, answer.End.Usage.PromptTokens, answer.End.Usage.CompletionTokens));
        Assert.Equal([1, 300, 400], Prompt(answer).Select(t => t.Token));
        Assert.Equal("max_tokens", (await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(seed.Engine, Ask(Text) with { TellsPrompt = false, MaxTokens = 0 }))).Parameter);
        Assert.Equal("echo", (await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(seed.Engine, Ask(Text) with { Beam = new BeamOptions(2) }))).Parameter);
    }

    private static GenerationRequest Ask(string prompt) => SeedModels.Greedy(prompt, 6) with { TellsPrompt = true, TopLogProbabilities = 0, IgnoreEndOfText = true };

    private static List<TokenLogProbability> Prompt(Answer answer) => [.. answer.Events.OfType<GeneratedText>().SelectMany(t => t.Tokens).Where(t => t.IsPrompt)];

    private async Task<double> LogProbabilityAsync(int[] prompt, int token)
    {
        var request = Ask("") with { Prompt = null, PromptTokens = prompt, MaxTokens = 1, TellsPrompt = false, Sampling = new SamplingOptions { Temperature = 0, RepeatPenalty = 1, LogitBias = new Dictionary<int, float> { [token] = 100 } } };
        return (await Answer.OfAsync(seed.Engine, request)).Events.OfType<GeneratedText>().SelectMany(t => t.Tokens).Single().LogProbability;
    }
}
