using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests;

/// <summary>Fault 16: no limit of the context is ever passed silently.</summary>
public sealed class ContextLimitTests(SeedModels models) : IClassFixture<SeedModels>
{
    [Fact]
    public async Task Fault_16_a_prompt_that_is_too_long_is_refused_with_both_numbers()
    {
        var prompt = string.Concat(Enumerable.Repeat("word ", 400));
        var refusal = await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(models.Engine, SeedModels.Greedy(prompt)));
        Assert.Equal((EngineErrorKind.ContextTooLong, 256), (refusal.Kind, refusal.ContextTokens));
        Assert.Equal(models.Engine.Tokenize(SeedModels.Chat, prompt, addSpecial: true, parseSpecial: true).Length, refusal.PromptTokens);
    }

    [Fact]
    public async Task Fault_16_an_answer_that_reaches_the_end_of_the_context_says_so()
    {
        var request = SeedModels.Greedy("The river") with { MaxTokens = null, Sampling = new SamplingOptions { Temperature = 0, RepeatPenalty = 1 } };
        var answer = await Answer.OfAsync(models.Engine, request);
        if (answer.End.Reason == FinishReason.EndOfText) { return; } // the model may end by itself; the next test forces the end
        Assert.Equal(FinishReason.ContextFull, answer.End.Reason);
        Assert.InRange(answer.End.Usage.PromptTokens + answer.End.Usage.CompletionTokens, 256, 257);
    }

    [Fact]
    public async Task A_prompt_of_one_token_less_than_the_context_has_room_for_an_answer()
    {
        var prompt = "a";
        while (models.Engine.Tokenize(SeedModels.Chat, prompt + " a", addSpecial: true, parseSpecial: true).Length < 256) { prompt += " a"; }
        var answer = await Answer.OfAsync(models.Engine, SeedModels.Greedy(prompt) with { MaxTokens = null });
        Assert.Equal(255, answer.End.Usage.PromptTokens);
        Assert.True(answer.End.Reason is FinishReason.ContextFull or FinishReason.EndOfText);
        Assert.InRange(answer.End.Usage.CompletionTokens, 0, 2);
    }
}
