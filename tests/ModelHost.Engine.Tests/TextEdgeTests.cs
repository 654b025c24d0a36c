using System.Text;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Engine.Tests;

/// <summary>Where texts end and characters begin: stop texts over token borders, characters of several tokens.</summary>
public sealed class TextEdgeTests(SeedModels models) : IClassFixture<SeedModels>
{
    [Fact]
    public async Task A_stop_text_ends_the_answer_before_it_wherever_the_token_borders_lie()
    {
        var whole = (await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river"))).Text;
        for (var start = 1; start < Math.Min(14, whole.Length - 5); start++)
        {
            var stop = whole.Substring(start, 5); // five characters anywhere: over one border or several
            var answer = await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river") with { Stop = ["never seen", stop] });
            Assert.Equal((FinishReason.StopText, whole[..whole.IndexOf(stop, StringComparison.Ordinal)]), (answer.End.Reason, answer.Text));
            Assert.All(answer.Events.OfType<GeneratedText>(), part => Assert.NotEmpty(part.Text));
        }
    }

    [Fact]
    public async Task Text_that_only_began_like_a_stop_text_is_shown_in_the_end()
    {
        var whole = (await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river"))).Text;
        var answer = await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river") with { Stop = [whole[^3..] + "and then something else"] });
        Assert.Equal((FinishReason.MaxTokens, whole), (answer.End.Reason, answer.Text));
    }

    /// <summary>All three ways of cutting a stream into parts give the text up to the stop text, and never more on the way.</summary>
    [Theory]
    [InlineData("abcabd", "abd", "abc")]
    [InlineData("aaab", "aab", "a")]
    [InlineData("xx</s", "</s>", "xx</s")]
    [InlineData("one END two", "END", "one ")]
    public void A_stop_rule_shows_the_same_however_the_text_arrives(string text, string stop, string shown)
    {
        for (var size = 1; size <= text.Length; size++)
        {
            var rule = new StopRule([stop]);
            var seen = new StringBuilder();
            foreach (var part in text.Chunk(size))
            {
                seen.Append(rule.Append(new string(part)));
                Assert.StartsWith(seen.ToString(), shown, StringComparison.Ordinal);
                if (rule.Stopped is not null) { break; }
            }
            if (rule.Stopped is null) { seen.Append(rule.Finish()); }
            Assert.Equal(shown, seen.ToString());
        }
    }

    [Fact]
    public void A_character_is_shown_only_whole_however_its_bytes_arrive()
    {
        const string text = "茶馆 🫖 café";
        var decoder = new Utf8TokenDecoder();
        var parts = Encoding.UTF8.GetBytes(text).Select(b => decoder.Append([b])).ToList();
        Assert.Equal(text, string.Concat(parts));
        Assert.All(parts, p => Assert.False(p.Length == 1 && char.IsSurrogate(p[0])));
        Assert.Equal("\uFFFDx", decoder.Append([0xFF]) + decoder.Append("x"u8));
        Assert.Equal("", decoder.Append([0xE8, 0x8C])); // never finished, never shown
    }

    [Fact]
    public async Task A_Chinese_answer_comes_in_whole_characters()
    {
        var answer = await Answer.OfAsync(models.Engine, SeedModels.Greedy("第一条 为了保护公民的合法权益", 60) with { Sampling = new SamplingOptions { Temperature = 1.2f, TopK = 0, TopP = 1, MinP = 0, Seed = 5 } });
        Assert.Contains(answer.Text, c => c is >= '\u4E00' and <= '\u9FFF');
        foreach (var part in answer.Events.OfType<GeneratedText>())
        {
            Assert.False(char.IsLowSurrogate(part.Text[0]) || char.IsHighSurrogate(part.Text[^1]));
        }
    }

    /// <summary>Emoji are no tokens of the seed model, so they go byte by byte.</summary>
    [Fact]
    public void An_emoji_is_several_tokens_and_comes_back_as_one_character()
    {
        var tokens = models.Engine.Tokenize(SeedModels.Chat, "🫖", addSpecial: false, parseSpecial: false);
        Assert.True(tokens.Length >= 4);
        Assert.Equal("🫖", models.Engine.Detokenize(SeedModels.Chat, tokens).Trim());
    }
}
