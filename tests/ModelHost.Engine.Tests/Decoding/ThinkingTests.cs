using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Generation.Sampling;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tests.Decoding;

/// <summary>A model's thinking ends when it has taken its tokens, whatever the model would go on with.</summary>
public sealed class ThinkingTests(SeedModels models) : IClassFixture<SeedModels>
{
    private const string Open = "<think>", Close = "</think>";

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task Thinking_that_the_prompt_has_opened_is_closed_after_its_tokens(int tokens)
    {
        var request = SeedModels.Greedy("The river", 60) with { IgnoreEndOfText = true, TopLogProbabilities = 0 };
        var free = await Answer.OfAsync(models.Engine, request);
        Assert.DoesNotContain(Close, free.Text, StringComparison.Ordinal);
        var held = await Answer.OfAsync(models.Engine, request with { Thinking = new ThinkingLimit(tokens, Open, Close, IsOpen: true) });
        var bytes = held.Events.OfType<GeneratedText>().SelectMany(text => text.Tokens).Select(token => token.Bytes).ToList();
        Assert.Equal(string.Concat(Texts(free).Take(tokens)), held.Text[..held.Text.IndexOf(Close, StringComparison.Ordinal)]);
        Assert.Equal(60, bytes.Count); // it goes on with the answer
        Assert.Equal(held.Text.IndexOf(Close, StringComparison.Ordinal), held.Text.LastIndexOf(Close, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_model_does_not_think_nothing_is_closed()
    {
        var request = SeedModels.Greedy("The river", 30);
        Assert.Equal((await Answer.OfAsync(models.Engine, request)).Text, (await Answer.OfAsync(models.Engine, request with { Thinking = new ThinkingLimit(3, Open, Close, IsOpen: false) })).Text);
    }

    [Fact]
    public async Task A_grammar_holds_after_the_thinking()
    {
        var request = SeedModels.Greedy("The river", 60) with { Grammar = new GrammarOptions("root ::= [^<]* \"</think>\" (\"yes\" | \"no\")"), Thinking = new ThinkingLimit(4, Open, Close, IsOpen: true) };
        Assert.Matches("^[^<]+</think>(yes|no)$", (await Answer.OfAsync(models.Engine, request)).Text);
    }

    [Fact]
    public void A_character_that_is_being_written_is_finished_before_the_mark()
    {
        LlamaLibrary.Load();
        using var model = SafeLlamaModelHandle.Load(SeedModels.ChatFile, new ModelLoadOptions(), TestContext.Current.CancellationToken);
        var tokenizer = new Tokenizer(model);
        using var rule = new ThinkingRule(tokenizer, new ThinkingLimit(1, Open, Close, IsOpen: true), null);
        foreach (var part in "茶"u8.ToArray())
        {
            Assert.False(rule.IsNarrow);
            rule.Accept(tokenizer.ByteToken(part));
        }
        Assert.True(rule.IsNarrow);
        Assert.False(rule.Allows(tokenizer.ByteToken((byte)'x')));
    }

    [Fact]
    public async Task The_mark_waits_for_a_place_where_the_grammar_allows_it()
    {
        var request = SeedModels.Greedy("The river", 60) with { Grammar = new GrammarOptions("root ::= [a-z] [a-z] [a-z] [a-z] [a-z] \"</think>\" (\"yes\" | \"no\")"), Thinking = new ThinkingLimit(0, Open, Close, IsOpen: true) };
        Assert.Matches("^[a-z]{5}</think>(yes|no)$", (await Answer.OfAsync(models.Engine, request)).Text);
    }

    [Theory]
    [InlineData("<think>", true)]
    [InlineData(" \n<think>", true)]
    [InlineData("I <think>", false)] // in the middle it is content
    public void Thinking_begins_with_its_mark_at_the_start(string begin, bool thinks)
    {
        LlamaLibrary.Load();
        using var model = SafeLlamaModelHandle.Load(SeedModels.ChatFile, new ModelLoadOptions(), TestContext.Current.CancellationToken);
        var tokenizer = new Tokenizer(model);
        using var rule = new ThinkingRule(tokenizer, new ThinkingLimit(2, Open, Close, IsOpen: false), null);
        foreach (var token in tokenizer.Spell(begin)) { rule.Accept(token); }
        Assert.False(rule.IsNarrow);
        foreach (var token in tokenizer.Spell("ab cd ef").Take(2)) { rule.Accept(token); }
        Assert.Equal(thinks, rule.IsNarrow);
        Assert.Equal(!thinks, rule.Allows(tokenizer.Spell("x")[0]));
    }

    private static IEnumerable<string> Texts(Answer answer) => answer.Events.OfType<GeneratedText>().Select(text => text.Text);
}
