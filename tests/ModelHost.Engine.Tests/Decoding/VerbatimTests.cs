using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Generation.Sampling;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tests.Decoding;

public sealed partial class VerbatimTests(SeedModels models) : IClassFixture<SeedModels>
{
    private static readonly string[] Passages =
    [
        "The tea house opens at eight in the morning. On Sundays it stays closed, and so it does on holidays.",
        "清溪茶馆的营业时间是每天上午八点到晚上九点，周日休息。",
        "Overtime is paid at 1.5 times the hourly wage; on Sundays it stays closed, says § 4(b) – naïve café 🫖 rules.",
    ];

    /// <summary>The proof: ten thousand answers drawn at random, each taken apart again. The rule alone, without the model, so that every token it allows is as likely as any other.</summary>
    [Fact]
    public void Ten_thousand_random_answers_are_spans_of_the_passages_with_their_marks()
    {
        LlamaLibrary.Load();
        using var model = SafeLlamaModelHandle.Load(SeedModels.ChatFile, new ModelLoadOptions(), TestContext.Current.CancellationToken);
        var tokenizer = new Tokenizer(model);
        using var candidates = new TokenCandidates(tokenizer.VocabularySize);
        using var draw = SafeLlamaSamplerHandle.Pick(model, new SamplerSettings { Temperature = 1, MinP = 0 }, seed: 5);
        var flat = new float[tokenizer.VocabularySize];
        var spans = 0;
        for (var run = 0; run < 10_000; run++)
        {
            var options = new VerbatimOptions(Passages, MinSpan: 1 + run % 7, MaxSpans: 1 + run % 5);
            var budget = 8 + run % 60;
            using var rule = new VerbatimRule(tokenizer, options, budget);
            var tokens = new List<int>();
            while (tokens.Count < budget)
            {
                rule.Narrow(candidates, flat);
                candidates.Apply(draw);
                Assert.True(rule.Allows(candidates.Picked));
                if (tokenizer.EndsText(candidates.Picked)) { break; }
                tokens.Add(candidates.Picked);
                rule.Accept(candidates.Picked);
            }
            var text = Encoding.UTF8.GetString([.. tokens.SelectMany(t => tokenizer.Piece(t).ToArray())]);
            spans += Prove(text[0] == ' ' ? text[1..] : text, options.MaxSpans); // whole answers leave it out, as the tests below hold
        }
        Assert.True(spans > 12_000, $"{spans} spans");
    }

    [Fact]
    public async Task Whatever_the_model_draws_its_answers_are_quotations()
    {
        for (var round = 0; round < 20; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => AskAsync(new SamplingOptions { Temperature = 1.5f, TopK = 0, TopP = 1, MinP = 0, Seed = (uint)(round * 10 + i) }, 10 + i * 4)));
            Assert.All(answers, a => Assert.True(Prove(a.Text, 4) > 0));
        }
    }

    [Fact]
    public async Task A_greedy_answer_and_one_with_guesses_are_the_same_quotation()
    {
        var plain = await AskAsync(new SamplingOptions { Temperature = 0 }, 60);
        Prove(plain.Text, 4);
        var guessed = await Answer.OfAsync(models.Engine, Request(new SamplingOptions { Temperature = 0 }, 60) with { Speculation = Speculation.PromptLookup });
        Assert.Equal(plain.Text, guessed.Text);
    }

    /// <summary>The vocabulary puts a space before every text, which no passage begins with.</summary>
    [Theory]
    [InlineData("hello world")]
    [InlineData("x y z")]
    [InlineData("aaaaaaaa")]
    [InlineData("你好 world")]
    [InlineData("  twice")]
    public async Task The_first_span_begins_as_its_passage_does(string passage)
    {
        for (var seed = 1u; seed <= 8; seed++)
        {
            var request = SeedModels.Greedy("Say it.", 24) with { Sampling = new SamplingOptions { Temperature = 2, TopK = 0, TopP = 1, MinP = 0, Seed = seed }, Verbatim = new VerbatimOptions([passage], MinSpan: 1, MaxSpans: 1), TopLogProbabilities = 1 };
            var answer = await Answer.OfAsync(models.Engine, request);
            Assert.EndsWith(" [1]", answer.Text, StringComparison.Ordinal);
            Assert.Contains(answer.Text[..^" [1]".Length], passage, StringComparison.Ordinal);
            Assert.Equal(answer.Text, Encoding.UTF8.GetString([.. answer.Events.OfType<GeneratedText>().SelectMany(text => text.Tokens).SelectMany(token => token.Bytes)]));
        }
    }

    [Fact]
    public async Task What_cannot_be_quoted_is_refused()
    {
        foreach (var verbatim in (VerbatimOptions[])[new([]), new([" "]), new(Passages, MinSpan: 0), new(Passages, MaxSpans: 33), new(["..."])])
        {
            var refusal = await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(models.Engine, SeedModels.Greedy("x", 2) with { Verbatim = verbatim }));
            Assert.Equal(EngineErrorKind.BadRequest, refusal.Kind);
        }
    }

    [Fact]
    public async Task A_stop_text_would_leave_a_span_without_its_mark()
    {
        var refusal = await Assert.ThrowsAsync<EngineException>(() => Answer.OfAsync(models.Engine, Request(new SamplingOptions(), 60) with { Stop = ["x"] }));
        Assert.Equal((EngineErrorKind.BadRequest, "stop"), (refusal.Kind, refusal.Parameter));
    }

    private Task<Answer> AskAsync(SamplingOptions sampling, int tokens) => Answer.OfAsync(models.Engine, Request(sampling, tokens));

    private static GenerationRequest Request(SamplingOptions sampling, int tokens) =>
        SeedModels.Greedy("When does the tea house open?", tokens) with { Sampling = sampling, Verbatim = new VerbatimOptions(Passages, MinSpan: 3, MaxSpans: 4) };

    /// <returns>How many spans there are.</returns>
    private static int Prove(string answer, int mostSpans)
    {
        var spans = Span().Matches(answer).ToList();
        Assert.Equal(answer.Length, spans.Sum(s => s.Length)); // nothing else stands in it
        Assert.InRange(spans.Count, 1, mostSpans);
        Assert.All(spans, span =>
        {
            var quote = span.Groups[1].Value;
            if (span != spans[0] && quote[0] == ' ') { quote = quote[1..]; } // between a mark and the next span
            var passage = Passages[int.Parse(span.Groups[2].Value, CultureInfo.InvariantCulture) - 1];
            Assert.NotEmpty(quote);
            Assert.Contains(quote, passage, StringComparison.Ordinal);
            Assert.DoesNotContain('\uFFFD', quote);
        });
        return spans.Count;
    }

    [GeneratedRegex(@"(.*?) \[([0-9]+)\]", RegexOptions.Singleline)]
    private static partial Regex Span();
}
