using System.Diagnostics;
using System.Text.RegularExpressions;
using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Decoding;

public sealed class GrammarTests(SeedModels models) : IClassFixture<SeedModels>
{
    private const string Json = """
        root ::= object
        object ::= "{" ws (pair ("," ws pair)*)? "}"
        pair ::= "\"" [a-z]{1,6} "\":" ws value
        value ::= object | "\"" [a-zA-Z ]{0,8} "\"" | "-"? [1-9] [0-9]{0,3}
        ws ::= " "?
        """;

    private static readonly SamplingOptions Wild = new() { Temperature = 2, TopK = 0, TopP = 1, MinP = 0 };

    [Fact]
    public async Task Whatever_is_drawn_an_answer_follows_its_grammar()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => AskAsync(new GrammarOptions(Json), new SamplingOptions { Temperature = 1.3f, TopK = 0, TopP = 1, MinP = 0, Seed = (uint)i }, 120)));
        foreach (var answer in answers)
        {
            Assert.StartsWith("{", answer.Text, StringComparison.Ordinal);
            if (answer.End.Reason == FinishReason.EndOfText) { System.Text.Json.JsonDocument.Parse(answer.Text).Dispose(); }
        }
        Assert.Contains(answers, a => a.End.Reason == FinishReason.EndOfText);
    }

    [Fact]
    public async Task A_grammar_that_is_read_to_its_end_ends_the_answer()
    {
        var answer = await AskAsync(new GrammarOptions("root ::= \"yes\" | \"no\""), Wild with { Seed = 1 }, 20);
        Assert.True(answer.Text is "yes" or "no", answer.Text);
        Assert.Equal(FinishReason.EndOfText, answer.End.Reason);
    }

    [Fact]
    public async Task A_grammar_sleeps_until_its_trigger_stands_in_the_answer()
    {
        const string text = "root ::= \"<call>\" [0-9]{3} \"</call>\"";
        var asleep = await AskAsync(new GrammarOptions(text) { Triggers = ["<call>"] }, new SamplingOptions { Temperature = 0 }, 16);
        Assert.Equal((await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", 16))).Text, asleep.Text);
        // Digits come often enough to wake it by themselves.
        var woken = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => AskAsync(new GrammarOptions("root ::= \"e\" [0-9]{3} \"!\"") { Triggers = ["e"] }, new SamplingOptions { Temperature = 1, Seed = (uint)i }, 60)));
        Assert.All(woken.Where(w => w.Text.Contains('e', StringComparison.Ordinal) && w.End.Reason == FinishReason.EndOfText), w => Assert.Matches(new Regex("^[^e]*e[0-9]{3}!$", RegexOptions.Singleline), w.Text));
        Assert.Contains(woken, w => w.Text.Contains('e', StringComparison.Ordinal));
    }

    /// <summary>Fault 23: what is no grammar, or one too large, is told at once and harms nobody.</summary>
    [Theory]
    [InlineData("root ::= \"a")]
    [InlineData("root ::= [a")]
    [InlineData("root ::= missing")]
    [InlineData("root ::= root \"a\"")]
    [InlineData("other ::= \"a\"")]
    [InlineData("root = \"a\"")]
    [InlineData("root ::= \"a\"{3000}")]
    [InlineData("root ::= (((\"a\"{2000}){2000}){2000})")]
    public async Task Fault_23_a_bad_grammar_is_a_bad_request(string grammar)
    {
        var refusal = await Assert.ThrowsAsync<EngineException>(() => AskAsync(new GrammarOptions(grammar), Wild, 4));
        Assert.Equal((EngineErrorKind.BadRequest, "grammar"), (refusal.Kind, refusal.Parameter));
    }

    [Fact]
    public async Task Fault_23_grammars_made_to_hurt_are_refused_or_followed_quickly()
    {
        string[] hurtful =
        [
            "root ::= " + string.Concat(Enumerable.Repeat("(", 100_000)) + "\"a\"" + string.Concat(Enumerable.Repeat(")", 100_000)),
            "root ::= " + string.Join(" | ", Enumerable.Range(0, 100_000).Select(i => $"\"{i}\"")),
            string.Join('\n', Enumerable.Range(0, 10_001).Select(i => $"r{i} ::= r{i + 1}")) + "\nr10001 ::= \"a\"\nroot ::= r0",
            "root ::= " + new string('x', 300 << 10),
            "root ::= " + string.Concat(Enumerable.Repeat("\"a\"{500}", 200)),
        ];
        foreach (var grammar in hurtful)
        {
            var started = Stopwatch.GetTimestamp();
            var outcome = await Record.ExceptionAsync(() => AskAsync(new GrammarOptions(grammar), Wild, 4));
            Assert.True(outcome is null or EngineException { Parameter: "grammar" }, $"{outcome}");
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10), "The limits are there to be quick.");
        }
    }

    [Fact]
    public async Task The_largest_grammars_that_are_let_in_are_read_and_followed()
    {
        string[] large =
        [
            string.Join('\n', Enumerable.Range(0, 9_990).Select(i => $"r{i} ::= r{i + 1}")) + "\nr9990 ::= \"a\"\nroot ::= r0",
            "root ::= " + string.Join(" | ", Enumerable.Range(0, 1_000).Select(i => $"\"{i}\"")),
            "root ::= " + string.Concat(Enumerable.Repeat("(", 64)) + "\"a\"" + string.Concat(Enumerable.Repeat(")", 64)),
            "root ::= \"a\"{2000}",
            "root ::= \"a\"{0,2000} \"a\"{0,2000} \"a\"{0,2000} \"a\"{0,2000}",
            "root ::= " + string.Concat(Enumerable.Repeat("\"a\"{2000}", 49)),
            "root ::= (\"a\"? \"a\"?){200} | root2\nroot2 ::= (\"a\" | \"a\" | [a] | [^b])*",
        ];
        foreach (var grammar in large) { Assert.NotEmpty((await AskAsync(new GrammarOptions(grammar), Wild with { Seed = 3 }, 4)).Text); }
    }

    [Fact]
    public async Task A_grammar_that_can_never_go_on_fails_its_answer_and_no_other()
    {
        var failure = await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", 20) with { Grammar = new GrammarOptions("root ::= \"aaaaaaaaaaaaaaaa\""), Sampling = SeedModels.Greedy("").Sampling with { NoRepeatNgram = 2 } }));
        Assert.Equal(EngineErrorKind.BadRequest, failure.Kind);
        var endless = await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", 20) with { Grammar = new GrammarOptions("root ::= \"yes\""), IgnoreEndOfText = true }));
        Assert.Equal((EngineErrorKind.BadRequest, "ignore_eos"), (endless.Kind, endless.Parameter));
        Assert.NotEmpty((await Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", 3))).Text);
    }

    private Task<Answer> AskAsync(GrammarOptions grammar, SamplingOptions sampling, int tokens) =>
        Answer.OfAsync(models.Engine, SeedModels.Greedy("The river", tokens) with { Grammar = grammar, Sampling = sampling });
}
