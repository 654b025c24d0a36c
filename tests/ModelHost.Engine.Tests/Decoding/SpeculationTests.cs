using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Decoding;

/// <summary>Guessing changes the speed and nothing else, but for what batches of another shape round otherwise.</summary>
public sealed class SpeculationTests(SeedModels models) : IClassFixture<SeedModels>
{
    private const string Copying = "one two three four five six seven one two three four five six seven one two three four";

    [Fact]
    public async Task Greedy_answers_with_guesses_are_those_without()
    {
        var accepted = 0;
        foreach (var prompt in (string[])[Copying, "The river", "大学之道，在明明德，在亲民，在止于至善。大学之道，", "int main() { return 0; } int main() {", "a a a a a a a a"])
        {
            foreach (var stop in (string[][])[[], [" the"]])
            {
                var plain = await Answer.OfAsync(models.Engine, SeedModels.Greedy(prompt, 90) with { Stop = stop });
                var guessed = await Answer.OfAsync(models.Engine, SeedModels.Greedy(prompt, 90) with { Stop = stop, Speculation = Speculation.PromptLookup });
                Assert.Equal((plain.Text, plain.End.Reason, plain.End.Usage.CompletionTokens), (guessed.Text, guessed.End.Reason, guessed.End.Usage.CompletionTokens));
                Assert.Equal(0, plain.End.Usage.DraftedTokens);
                Assert.InRange(guessed.End.Usage.AcceptedTokens, 0, guessed.End.Usage.DraftedTokens);
                accepted += guessed.End.Usage.AcceptedTokens;
            }
        }
        Assert.True(accepted > 100, $"{accepted} guesses were right: the test has no power");
    }

    /// <summary>Whole contexts of a model that loops come upon ties, where batches of other shapes round to the other side; what must hold is that every token is, to rounding, the likeliest after what stands before it.</summary>
    [Fact]
    public async Task Every_token_of_a_guessed_answer_up_to_the_end_of_the_context_is_the_likeliest()
    {
        var prompt = models.Engine.Tokenize(SeedModels.Chat, Copying, addSpecial: true, parseSpecial: false);
        var request = new GenerationRequest { ModelId = SeedModels.Chat, PromptTokens = prompt, IgnoreEndOfText = true, TopLogProbabilities = 0, Sampling = new SamplingOptions { Temperature = 0 } };
        var guessed = await Answer.OfAsync(models.Engine, request with { Speculation = Speculation.PromptLookup });
        Assert.Equal(FinishReason.ContextFull, guessed.End.Reason);
        int[] tokens = [.. prompt, .. guessed.Events.OfType<GeneratedText>().SelectMany(e => e.Tokens).Select(t => t.Token)];
        Assert.Equal(257, tokens.Length);
        for (var at = prompt.Length; at < tokens.Length - 1; at += 7)
        {
            var fresh = await Answer.OfAsync(models.Engine, request with { PromptTokens = tokens[..at], MaxTokens = 1, TopLogProbabilities = 20, CachePrompt = at % 2 == 0 });
            var top = fresh.Events.OfType<GeneratedText>().Single().Tokens[0].Top;
            Assert.Contains(top, t => t.Token == tokens[at] && t.LogProbability > top[0].LogProbability - 0.05);
        }
    }

    [Fact]
    public async Task With_many_answers_at_once_nothing_is_guessed()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Answer.OfAsync(models.Engine, SeedModels.Greedy($"{Copying} {i}", 100) with { Speculation = Speculation.PromptLookup, IgnoreEndOfText = true })));
        var alone = await Answer.OfAsync(models.Engine, SeedModels.Greedy($"{Copying} 0", 100) with { Speculation = Speculation.PromptLookup, IgnoreEndOfText = true });
        Assert.True(answers.Min(a => a.End.Usage.DraftedTokens) < alone.End.Usage.DraftedTokens);
    }

    [Fact]
    public void A_guess_is_what_followed_the_longest_match_the_last_time()
    {
        var lookup = new PromptLookup();
        Assert.Equal([4, 5, 1, 2], lookup.Guess([1, 2, 3, 4, 5, 1, 2, 3], 16).ToArray());
        Assert.Equal([9, 2, 3], lookup.Guess([1, 2, 3, 7, 2, 3, 9, 2, 3], 16).ToArray());
        Assert.Empty(lookup.Guess([1, 2, 3, 4], 16).ToArray());
        Assert.Empty(lookup.Guess([1], 16).ToArray());
        lookup.Learn(4, 4);
        Assert.Equal(8, lookup.Guess([.. Enumerable.Range(0, 20), 1, 2, 3], 16).Length);
        Assert.Equal(3, lookup.Guess([.. Enumerable.Range(0, 20), 1, 2, 3], 3).Length);
    }
}
