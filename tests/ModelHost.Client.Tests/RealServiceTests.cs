using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Platform.Fakes;

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

        var vectors = await client.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateAsync(Enumerable.Range(0, 100).Select(i => $"sentence {i}"), null, Cancellation);
        Assert.Equal(100, vectors.Count);

        var answer = await client.GetRequiredService<IChatClient>().GetResponseAsync("hello", new ChatOptions { MaxOutputTokens = 8, Seed = 1, TopK = 10, AdditionalProperties = new() { ["min_p"] = 0.1 } }, Cancellation);
        Assert.NotEmpty(answer.Text);
        Assert.InRange(answer.Usage!.OutputTokenCount!.Value, 1, 8);
    }

    [Fact]
    public async Task A_service_killed_in_mid_answer_leaves_the_text_and_a_clear_failure()
    {
        await using var host = await ModelHostFixture.StartAsync(("Engine:ContextTokens", "8192"));
        await using var client = Client(host);
        var chat = client.GetRequiredService<IChatClient>();
        var text = new StringBuilder();
        var failure = await Assert.ThrowsAsync<ModelHostException>(async () =>
        {
            await foreach (var update in chat.GetStreamingResponseAsync("hello", Endless, Cancellation))
            {
                text.Append(update.Text);
                if (text.Length > 0)
                {
                    await host.KillAsync();
                }
            }
        });
        Assert.Equal(ModelHostErrorKind.StreamBroken, failure.Kind);
        Assert.NotEmpty(text.ToString());
        Assert.Equal(ModelHostErrorKind.Unavailable, (await Assert.ThrowsAsync<ModelHostException>(() => chat.GetResponseAsync("hello", null, Cancellation))).Kind);
    }

    [Fact]
    public async Task A_full_service_is_busy_and_a_place_in_the_queue_is_told()
    {
        await using var host = await ModelHostFixture.StartAsync(("Engine:ContextTokens", "8192"), ("Engine:Slots", "1"), ("Engine:QueueLimit", "1"));
        await using var client = Client(host);
        var chat = client.GetRequiredService<IChatClient>();
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var running = chat.GetStreamingResponseAsync("hello", Endless, leave.Token).GetAsyncEnumerator(leave.Token);
        Assert.True(await running.MoveNextAsync());
        await using var waiting = chat.GetStreamingResponseAsync("hello", new ChatOptions { MaxOutputTokens = 2 }, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await waiting.MoveNextAsync());
        Assert.Equal(1, waiting.Current.AdditionalProperties![ChatUpdateKeys.QueuePosition]);

        var busy = await Assert.ThrowsAsync<ModelHostException>(() => chat.GetResponseAsync("hello", null, Cancellation));
        Assert.Equal(ModelHostErrorKind.Busy, busy.Kind);
        Assert.NotNull(busy.RetryAfter);

        await leave.CancelAsync();
        while (await waiting.MoveNextAsync())
        {
            // its turn has come: it ends well
        }
    }

    private static ChatOptions Endless => new() { Temperature = 2, TopK = 0, TopP = 1, Seed = 1, AdditionalProperties = new() { ["min_p"] = 0 } };

    private static ServiceProvider Client(ModelHostFixture host) => LocalEngine.ClientOf(host.Endpoint, ("ModelHost:ApiKey", host.ApiKey));
}
