using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Platform.Fakes;
using Platform.ModelHost.Client.Admin;

namespace Platform.ModelHost.Client.Tests;

/// <summary>The client against the real service and the seed models.</summary>
public sealed class RealServiceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_works_together()
    {
        await using var host = await ModelHostFixture.StartAsync();
        await using var client = Client(host);
        var models = client.GetRequiredService<ServedModels>();
        var chatModel = await models.ChatModelAsync(Cancellation);
        Assert.Equal(("seed-chat", true, false), (chatModel.Id, chatModel.CanChat, chatModel.CanAnswer));
        Assert.Equal(512, (await models.EmbeddingModelAsync(Cancellation)).EmbeddingLength);

        var counts = await client.GetRequiredService<ITokenCounter>().CountForEmbeddingAsync(["annual leave", "", "年假"], Cancellation);
        Assert.True(counts[0] > 0 && counts[1] == 0 && counts[2] > 0);

        var pieces = (await client.GetRequiredService<TokenPieces>().OfAsync("", ["annual leave", "", "年假 😀"], Cancellation))!;
        Assert.Equal(["annual leave", "", "年假 😀"], pieces.Select(text => string.Concat(text.Select(piece => piece.Text)).TrimStart())); // some models put a space before a text
        Assert.True(pieces[0].Count > 1 && pieces[2].Any(piece => piece.Ids.Count > 1)); // a character of several tokens is one piece

        var vectors = await client.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateAsync(Enumerable.Range(0, 100).Select(i => $"sentence {i}"), null, Cancellation);
        Assert.Equal(100, vectors.Count);

        var answer = await client.GetRequiredService<IChatClient>().GetResponseAsync("hello", new ChatOptions { MaxOutputTokens = 8, Seed = 1, TopK = 10, AdditionalProperties = new() { ["min_p"] = 0.1 } }, Cancellation);
        Assert.NotEmpty(answer.Text);
        Assert.InRange(answer.Usage!.OutputTokenCount!.Value, 1, 8);
    }

    [Fact]
    public async Task A_service_killed_in_mid_answer_is_a_broken_stream_and_then_unavailable()
    {
        // Eight answers one after the other: the first may end well, the last cannot.
        await using var host = await ModelHostFixture.StartAsync(("Engine:Slots", "1"));
        await using var client = Client(host);
        var chat = client.GetRequiredService<IChatClient>();
        var answers = Enumerable.Range(0, 8).Select(_ => chat.GetStreamingResponseAsync("hello", Long, Cancellation).GetAsyncEnumerator(Cancellation)).ToList();
        Assert.All(await Task.WhenAll(answers.Select(answer => answer.MoveNextAsync().AsTask())), Assert.True);
        await host.KillAsync();
        var ends = await Task.WhenAll(answers.Select(EndAsync));
        Assert.Contains(ModelHostErrorKind.StreamBroken, ends);
        Assert.All(ends, end => Assert.True(end is null or ModelHostErrorKind.StreamBroken));
        Assert.Equal(ModelHostErrorKind.Unavailable, (await Assert.ThrowsAsync<ModelHostException>(() => chat.GetResponseAsync("hello", null, Cancellation))).Kind);
    }

    [Fact]
    public async Task A_full_service_is_busy_and_a_place_in_the_queue_is_told()
    {
        await using var host = await ModelHostFixture.StartAsync(("Engine:Slots", "1"), ("Engine:QueueLimit", "1"));
        await using var client = Client(host);
        var chat = client.GetRequiredService<IChatClient>();
        var asked = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            try
            {
                return (Answer: await chat.GetResponseAsync("hello", Long, Cancellation), Refusal: null);
            }
            catch (ModelHostException refusal)
            {
                return (Answer: (ChatResponse?)null, Refusal: (ModelHostException?)refusal);
            }
        }));
        var refusals = asked.Select(one => one.Refusal).OfType<ModelHostException>().ToList();
        Assert.NotEmpty(refusals);
        Assert.All(refusals, refusal => Assert.Equal((ModelHostErrorKind.Busy, true), (refusal.Kind, refusal.RetryAfter > TimeSpan.Zero)));
        Assert.Contains(asked, one => one.Answer?.AdditionalProperties?.ContainsKey(ChatUpdateKeys.QueuePosition) == true);
    }

    [Fact]
    public async Task An_administrator_sees_what_the_slots_do()
    {
        await using var host = await ModelHostFixture.StartAsync(("Engine:Slots", "2"));
        await using var client = Client(host);
        var live = client.GetRequiredService<EngineLive>();
        await using (var answer = client.GetRequiredService<IChatClient>().GetStreamingResponseAsync("hello", Long, Cancellation).GetAsyncEnumerator(Cancellation))
        {
            Assert.True(await answer.MoveNextAsync()); // not read on: the answer goes on in its slot to the end of the context
        }

        var slots = await live.SlotsAsync(Cancellation);
        Assert.Equal([(0, "seed-chat"), (1, "seed-chat")], slots.Select(slot => (slot.Id, slot.Model)));
        Assert.All(slots, slot => Assert.True(slot.ContextTokens > 0 && slot.Adapter is null));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await live.ModelsAsync(deadline.Token)).Single() is not { Busy: 0, PrefixTokensKept: > 0, Slots: 2, Waiting: 0 })
        {
            await Task.Delay(5, deadline.Token);
        }

        Assert.All(await live.SlotsAsync(Cancellation), slot => Assert.Equal((LiveSlotState.Idle, 0, 0d), (slot.State, slot.GeneratedTokens, slot.TokensPerSecond)));
    }

    /// <summary>The reason of its failure, or null where it ended well.</summary>
    private static async Task<ModelHostErrorKind?> EndAsync(IAsyncEnumerator<ChatResponseUpdate> answer)
    {
        await using (answer)
        {
            try
            {
                while (await answer.MoveNextAsync())
                {
                    Assert.NotNull(answer.Current);
                }

                return null;
            }
            catch (ModelHostException failure)
            {
                return failure.Kind;
            }
        }
    }

    /// <summary>Goes on to the end of the context: every token is as good as the next.</summary>
    private static ChatOptions Long => new() { Temperature = 2, TopK = 0, TopP = 1, Seed = 1, AdditionalProperties = new() { ["min_p"] = 0 } };

    private static ServiceProvider Client(ModelHostFixture host) => LocalEngine.ClientOf(host.Endpoint, ("ModelHost:ApiKey", host.ApiKey));
}
