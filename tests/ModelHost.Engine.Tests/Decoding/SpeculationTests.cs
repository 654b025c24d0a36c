using Microsoft.Extensions.Logging.Abstractions;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Generation.Guessing;
using Platform.ModelHost.Engine.Generation.Memory;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Tests.Adapters;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

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

    /// <summary>Each pick is made from its own row, with everything that steers it.</summary>
    [Theory]
    [InlineData("penalties")]
    [InlineData("n-grams")]
    [InlineData("grammar")]
    [InlineData("logprobs")]
    [InlineData("drawn")]
    [InlineData("mirostat")]
    public async Task Whatever_steers_an_answer_steers_it_with_guesses_too(string how)
    {
        var request = SeedModels.Greedy(Copying, 90) with { IgnoreEndOfText = true };
        var sampling = request.Sampling;
        request = how switch
        {
            "penalties" => request with { Sampling = sampling with { PresencePenalty = 0.4f, FrequencyPenalty = 0.1f, RepeatPenalty = 1.05f, DryMultiplier = 0.5f } },
            "n-grams" => request with { Sampling = sampling with { NoRepeatNgram = 12 } },
            "grammar" => request with { Grammar = new GrammarOptions("root ::= ( \"one\" | \" two\" | \" three\" | \" four\" )+"), MaxTokens = 40, IgnoreEndOfText = false },
            "logprobs" => request with { TopLogProbabilities = 3 },
            "drawn" => request with { Sampling = new SamplingOptions { Temperature = 0.4f, Seed = 5 } },
            _ => request with { Sampling = new SamplingOptions { Temperature = 0.6f, Mirostat = 2, MirostatTau = 2, Seed = 9 } },
        };
        var plain = await Answer.OfAsync(models.Engine, request);
        var guessed = await Answer.OfAsync(models.Engine, request with { Speculation = Speculation.PromptLookup });
        Assert.Equal(plain.Text, guessed.Text);
        Assert.True(guessed.End.Usage.DraftedTokens > 0, "nothing was guessed: the test has no power");
        var tokens = (Answer answer) => answer.Events.OfType<GeneratedText>().SelectMany(e => e.Tokens).Select(t => t.Token);
        Assert.Equal(tokens(plain), tokens(guessed));
    }

    [Fact]
    public async Task With_an_adapter_guesses_change_nothing_either()
    {
        var folder = Directory.CreateTempSubdirectory("platform-adapters-").FullName;
        RandomAdapter.Write(Path.Combine(folder, "style.gguf"), seed: 3);
        await using (var engine = await SeedModels.StartAsync(new EngineOptions { ChatModel = SeedModels.ChatFile, AdapterDirectory = folder }))
        {
            var request = SeedModels.Greedy(Copying, 90) with { IgnoreEndOfText = true, Adapters = [new AdapterChoice("style", 0.3f)] };
            var plain = await Answer.OfAsync(engine, request);
            var guessed = await Answer.OfAsync(engine, request with { Speculation = Speculation.PromptLookup });
            Assert.Equal((plain.Text, "style"), (guessed.Text, guessed.End.Ran.Adapters.Single().Name));
            Assert.True(guessed.End.Usage.DraftedTokens > 0);
        }
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Four answers that begin in one step and end in one: none of them ever guesses, though each alone would.</summary>
    [Fact]
    public async Task With_many_answers_at_once_nothing_is_guessed()
    {
        LlamaLibrary.Load();
        using var model = SafeLlamaModelHandle.Load(SeedModels.ChatFile, new ModelLoadOptions(), TestContext.Current.CancellationToken);
        var context = SafeLlamaContextHandle.Create(model, new ContextOptions { MemoryTokens = 1_024, BatchTokens = 512, Sequences = 8, Threads = 1, SharedMemory = true, OutputsPerSequence = 1 + GuessPace.Most, Outputs = 128 });
        var queue = new GenerationQueue(limit: 8, slots: 4, TimeProvider.System);
        await using var loop = new GenerationLoop(new DecodingContext(model, context, new Tokenizer(model), contextTokens: 256, sequences: 8, new ModelRun("seed", "", []), new PrefixShelf(0, _ => true), TimeProvider.System), slots: 4, queue, NullLogger.Instance);
        foreach (var (count, guesses) in ((int, bool)[])[(4, false), (1, true)])
        {
            var outboxes = Enumerable.Range(0, count).Select(_ => new EventOutbox(1)).ToArray();
            var prompt = model.Tokenize(Copying, addSpecial: true, parseSpecial: false);
            queue.Enqueue([.. outboxes.Select(o => new GenerationTicket(new GenerationPlan(SeedModels.Greedy("", 60) with { IgnoreEndOfText = true, Speculation = Speculation.PromptLookup, CachePrompt = false }, prompt, AdapterSet.Base, 1), 0, o, null, queue.Now))], freeSlots: 4);
            foreach (var outbox in outboxes)
            {
                var events = await outbox.ReadAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
                Assert.Equal(guesses, Assert.IsType<GenerationFinished>(events[^1]).Usage.DraftedTokens > 0);
            }
        }
    }

    [Fact]
    public void A_guess_is_what_followed_the_longest_match_the_last_time()
    {
        Assert.Equal([4, 5, 1, 2], Guess([1, 2, 3, 4, 5, 1, 2, 3], 4));
        Assert.Equal([9, 2, 3], Guess([1, 2, 3, 7, 2, 3, 9, 2, 3], 16));
        Assert.Empty(Guess([1, 2, 3, 4], 16));
        Assert.Empty(Guess([1], 16));

        static int[] Guess(int[] text, int most)
        {
            var guess = new int[most];
            return guess[..new PromptLookup().Guess(text, guess)];
        }
    }

    [Fact]
    public void Right_guesses_make_the_next_longer_and_wrong_ones_shorter()
    {
        var pace = new GuessPace();
        Assert.Equal(4, pace.Next());
        pace.Learn(4, 4);
        Assert.Equal(8, pace.Next());
        pace.Learn(8, 8);
        pace.Learn(16, 16);
        Assert.Equal(GuessPace.Most, pace.Next());
        pace.Learn(16, 6);
        Assert.Equal(7, pace.Next());
        Assert.Equal((44, 34), (pace.Drafted, pace.Accepted));
    }

    [Fact]
    public void Guesses_that_do_not_pay_become_rare_and_come_back_when_they_do()
    {
        var pace = new GuessPace();
        var steps = 1_000;
        for (var step = 0; step < steps; step++)
        {
            if (pace.Next() is > 0 and var length) { pace.Learn(length, 0); }
        }
        Assert.InRange(pace.Drafted, 1, steps / 15);
        while (pace.Next() == 0) { }
        for (var i = 0; i < 4; i++)
        {
            while (pace.Next() == 0) { }
            pace.Learn(2, 2);
        }
        Assert.True(pace.Next() > 2);
    }
}
