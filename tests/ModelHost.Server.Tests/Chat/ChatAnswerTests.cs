using System.Text.Json;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Tokens.Answers;
using Platform.ModelHost.Server.Answers;
using Platform.ModelHost.Server.Chat;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Tests.Chat;

public sealed class ChatAnswerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_chunk_has_the_role_and_all_share_id_and_time()
    {
        var chunks = await StreamAsync(withUsage: false, new PromptProgress(10, 10, 4), new GeneratedText("Hel"), new GeneratedText("lo"), ScriptedEvents.Finished);
        Assert.Equal(["""{"role":"assistant","content":""}""", """{"content":"Hel"}""", """{"content":"lo"}""", "{}"], chunks.Select(chunk => Part(chunk, "delta")));
        Assert.Equal(["null", "null", "null", "\"stop\""], chunks.Select(chunk => Part(chunk, "finish_reason")));
        Assert.Single(chunks.Select(chunk => (chunk.GetProperty("id").GetString(), chunk.GetProperty("created").GetInt64())).Distinct());
        Assert.StartsWith("chatcmpl-", chunks[0].GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(chunks, chunk => chunk.TryGetProperty("usage", out _));
    }

    [Fact]
    public async Task Usage_comes_last_with_no_choice_and_null_before()
    {
        var chunks = await StreamAsync(withUsage: true, new GeneratedText("a"), ScriptedEvents.Finished);
        Assert.All(chunks.SkipLast(1), chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.Equal(13, chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Equal(4, chunks[^1].GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
    }

    [Fact]
    public async Task A_place_in_the_queue_is_a_comment_before_the_role()
    {
        var answer = new ChatAnswer(ScriptedEvents.Model, TimeProvider.System, withUsage: false, withProgress: false);
        var items = await ToListAsync(answer.StreamAsync(Parts(new GenerationQueued(2), new GenerationQueued(1), ScriptedEvents.Finished), Cancellation));
        Assert.Equal(["queued position=2", "queued position=1", null, null], items.Select(item => item.Comment));
    }

    [Fact]
    public async Task Progress_is_told_only_when_asked_for()
    {
        var answer = new ChatAnswer(ScriptedEvents.Model, TimeProvider.System, withUsage: false, withProgress: true);
        var items = await ToListAsync(answer.StreamAsync(Parts(new PromptProgress(5, 10, 4), ScriptedEvents.Finished), Cancellation));
        Assert.Equal((10, 4, 5), (((ChatChunk)items[1].Body!).PromptProgress!.Total, ((ChatChunk)items[1].Body!).PromptProgress!.Cache, ((ChatChunk)items[1].Body!).PromptProgress!.Processed));
    }

    [Fact]
    public async Task The_whole_answer_is_the_fold_of_the_stream()
    {
        var answer = new ChatAnswer(ScriptedEvents.Model, TimeProvider.System, withUsage: true, withProgress: false);
        var whole = await ChatFold.OfAsync(answer.StreamAsync(Parts(new GenerationQueued(1), new GeneratedText("你"), new GeneratedText("好"), ScriptedEvents.Finished), Cancellation), Cancellation);
        Assert.Equal(("你好", "stop", 13), (whole.Choices[0].Message.Content, whole.Choices[0].FinishReason, whole.Usage!.TotalTokens));
        Assert.Equal((6, 300d, 3, 100d, 7u), (whole.Timings!.PromptN, whole.Timings.PromptPerSecond, whole.Timings.PredictedN, whole.Timings.PredictedPerSecond, whole.Timings.Seed));
    }

    [Theory]
    [InlineData(FinishReason.EndOfText, "stop")]
    [InlineData(FinishReason.StopText, "stop")]
    [InlineData(FinishReason.MaxTokens, "length")]
    [InlineData(FinishReason.ContextFull, "length")]
    public async Task Every_reason_to_finish_has_its_name(FinishReason reason, string name)
    {
        var chunks = await StreamAsync(withUsage: false, ScriptedEvents.Finished with { Reason = reason });
        Assert.Equal($"\"{name}\"", Part(chunks[^1], "finish_reason"));
    }

    [Fact]
    public async Task Several_answers_have_each_their_role_and_end_and_one_usage()
    {
        var answer = new ChatAnswer(ScriptedEvents.Model, TimeProvider.System, withUsage: true, withProgress: false);
        var stream = answer.StreamAsync(Parts(new GeneratedText("a"), new GeneratedText("b") { Candidate = 1 }, ScriptedEvents.Finished with { Candidate = 1 }, new GeneratedText("c"), ScriptedEvents.Finished), Cancellation);
        var items = await ToListAsync(stream);
        Assert.Single(items, item => item.Body is ChatChunk { Choices.Count: 0 });
        var whole = await ChatFold.OfAsync(Replay(items), Cancellation);
        Assert.Equal(["ac", "b"], whole.Choices.Select(choice => choice.Message.Content));
        Assert.Equal((10, 6), (whole.Usage!.PromptTokens, whole.Usage.CompletionTokens)); // one prompt, two answers
    }

    /// <summary>A search may find fewer answers than were asked for.</summary>
    [Fact]
    public async Task The_usage_is_told_at_the_end_however_many_answers_there_are()
    {
        var answer = new ChatAnswer(ScriptedEvents.Model, TimeProvider.System, withUsage: true, withProgress: false);
        var items = await ToListAsync(answer.StreamAsync(Parts(new GeneratedText("b") { Candidate = 1 }, ScriptedEvents.Finished with { Candidate = 1 }), Cancellation));
        Assert.Equal(3, (await ChatFold.OfAsync(Replay(items), Cancellation)).Usage!.CompletionTokens);
    }

    [Fact]
    public async Task Log_probabilities_stand_with_their_tokens()
    {
        var top = new TokenLogProbability(2, [0xE4], -2, []);
        var chunks = await StreamAsync(withUsage: false, new GeneratedText("") { Tokens = [new TokenLogProbability(1, [0xE4, 0xBD], -0.5f, [top])] }, ScriptedEvents.Finished);
        var token = chunks[1].GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content")[0];
        Assert.Equal("[228,189]", token.GetProperty("bytes").GetRawText());
        Assert.Equal((-0.5, -2d), (token.GetProperty("logprob").GetDouble(), token.GetProperty("top_logprobs")[0].GetProperty("logprob").GetDouble()));
    }

    [Fact]
    public async Task Tokens_stand_in_the_chunk_of_their_text()
    {
        static TokenLogProbability Token(byte part) => new(part, [part], -1, []);
        GenerationEvent[] events = [new GeneratedText("a") { Tokens = [Token(97)] }, new GeneratedText("") { Tokens = [Token(0xC3)] }, new GeneratedText("é") { Tokens = [Token(0xA9)] }, ScriptedEvents.Finished];
        var says = new List<Says>();
        await foreach (var part in new AnswerReading(() => new AsItIs(), _ => 0).PartsAsync(ScriptedEvents.Of(events), Cancellation)) { says.AddRange(part is Says said ? [said] : []); }
        Assert.Equal([("a", 1), ("é", 2)], says.Select(said => (said.Text, said.Tokens.Count)));
    }

    [Fact]
    public async Task The_model_of_every_chunk_is_what_runs()
    {
        var ran = ScriptedEvents.Finished.Ran with { Adapters = [new AdapterRun("legal", 3, "ab", 0.5f)] };
        var chunks = await StreamAsync(withUsage: false, new GenerationBegun(ran), new GeneratedText("a"), ScriptedEvents.Finished with { Ran = ran });
        Assert.All(chunks, chunk => Assert.Equal("m:legal@3", chunk.GetProperty("model").GetString()));
        var several = await StreamAsync(withUsage: false, new GenerationBegun(ran with { Adapters = [.. ran.Adapters, new AdapterRun("style", 0, "cd", 1)] }), ScriptedEvents.Finished);
        Assert.All(several, chunk => Assert.Equal("m", chunk.GetProperty("model").GetString())); // no id asks for both: 'adapters' tells them
    }

    [Fact]
    public async Task What_ran_is_told()
    {
        var ran = ScriptedEvents.Finished.Ran with { Adapters = [new AdapterRun("legal", 3, "ab", 0.5f)] };
        var chunks = await StreamAsync(withUsage: false, ScriptedEvents.Finished with { Ran = ran });
        Assert.Equal("""{"name":"legal","version":3,"scale":0.5}""", chunks[^1].GetProperty("adapter").GetRawText());
    }

    private sealed class AsItIs : IAnswerReader
    {
        public IReadOnlyList<AnswerPiece> Append(string text) => text.Length > 0 ? [new ContentPiece(text)] : [];

        public IReadOnlyList<AnswerPiece> Finish(bool isCut) => [];
    }

    private static IAsyncEnumerable<AnswerPart> Parts(params GenerationEvent[] events) => new AnswerReading(null, _ => 0).PartsAsync(ScriptedEvents.Of(events), Cancellation);

    private static async IAsyncEnumerable<StreamItem> Replay(List<StreamItem> items)
    {
        foreach (var item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }

    private static async Task<List<JsonElement>> StreamAsync(bool withUsage, params GenerationEvent[] events)
    {
        var answer = new ChatAnswer(ScriptedEvents.Model, TimeProvider.System, withUsage, withProgress: false);
        var items = await ToListAsync(answer.StreamAsync(Parts(events), Cancellation));
        return [.. items.Select(item => JsonSerializer.SerializeToElement(item.Body!, item.Type!))];
    }

    private static string Part(JsonElement chunk, string name) => chunk.GetProperty("choices")[0].GetProperty(name).GetRawText();

    private static async Task<List<StreamItem>> ToListAsync(IAsyncEnumerable<StreamItem> stream)
    {
        var items = new List<StreamItem>();
        await foreach (var item in stream)
        {
            items.Add(item);
        }

        return items;
    }
}
