using System.Text;
using Microsoft.Extensions.AI;
using Platform.Fakes;
using Platform.ModelHost.Client.Engines;

namespace Platform.ModelHost.Client.Tests.Engines;

/// <summary>Three real services with the same model: one is killed in mid-answer, comes back, and gets its conversations again.</summary>
public sealed class ReplicaTests : IAsyncLifetime
{
    private readonly List<ModelHostFixture> hosts = [];
    private ManyEngines engines = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Goes on to the end of the context: every token is as good as the next.</summary>
    private static ChatOptions Long => new() { ModelId = ModelHostFixture.ChatModel, Temperature = 2, TopK = 0, TopP = 1, Seed = 1, AdditionalProperties = new() { ["min_p"] = 0, ["ignore_eos"] = true } };

    private static ChatOptions Short => new() { ModelId = ModelHostFixture.ChatModel, MaxOutputTokens = 4, Temperature = 0 };

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < 3; i++) { hosts.Add(await ModelHostFixture.StartAsync()); }
        engines = ManyEngines.Of([.. hosts.Select(host => (host.Endpoint, host.ApiKey))]);
    }

    public async ValueTask DisposeAsync()
    {
        await engines.DisposeAsync();
        foreach (var host in hosts) { await host.DisposeAsync(); }
    }

    [Fact]
    public async Task Conversations_spread_and_each_finds_what_its_replica_has_read()
    {
        var homes = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            List<ChatMessage> turns = [new(ChatRole.User, $"{i}. Tell me about the annual leave of everybody who works in house number {i * 7} of the old town.")];
            var first = await engines.Chat.GetResponseAsync(turns, Short, Cancellation);
            turns.AddRange([new(ChatRole.Assistant, first.Text), new(ChatRole.User, "And in London?")]);
            var second = await engines.Chat.GetResponseAsync(turns, Short, Cancellation);
            Assert.Equal(ManyEngines.EngineOf(first), ManyEngines.EngineOf(second));
            Assert.InRange(second.Usage!.CachedInputTokenCount!.Value, first.Usage!.InputTokenCount!.Value - 8, long.MaxValue); // all but the mark that opens the answer
            homes.Add(ManyEngines.EngineOf(first));
        }

        Assert.Equal(["a", "b", "c"], homes.Distinct().Order());
    }

    [Fact]
    public async Task One_that_is_killed_in_mid_answer_breaks_that_answer_and_no_other()
    {
        await engines.Watch.StartAsync(Cancellation);
        var text = new StringBuilder();
        await using var running = engines.Chat.GetStreamingResponseAsync("hello", Long, Cancellation).GetAsyncEnumerator(Cancellation);
        while (text.Length == 0 && await running.MoveNextAsync()) { text.Append(running.Current.Text); }
        var home = engines.Engines.List().Single(report => report.InFlight == 1).Name;
        var host = hosts[home[0] - 'a'];
        await host.KillAsync();
        var failure = await Assert.ThrowsAsync<ModelHostException>(async () =>
        {
            while (await running.MoveNextAsync()) { text.Append(running.Current.Text); }
        });
        Assert.Equal(ModelHostErrorKind.StreamBroken, failure.Kind);
        Assert.Contains("Ask again", failure.Message, StringComparison.Ordinal);
        Assert.Equal(EngineState.Down, engines.Report(home).State);

        var again = await engines.Chat.GetResponseAsync("hello", Short, Cancellation); // the same conversation, at once
        Assert.NotEqual(home, ManyEngines.EngineOf(again));
        Assert.Equal(6, (await engines.Embeddings.GenerateAsync(["a", "b", "c", "d", "e", "f"], null, Cancellation)).Count);
        Assert.Equal(2, engines.Engines.List().Count(report => report.State == EngineState.Ready));

        hosts[home[0] - 'a'] = await ModelHostFixture.StartAsync(("Server:Url", host.Endpoint.ToString().TrimEnd('/')), ("Server:ApiKey", host.ApiKey));
        await host.DisposeAsync();
        await ManyEngines.UntilAsync(() => engines.Report(home).State == EngineState.Ready);
        Assert.Equal(home, ManyEngines.EngineOf(await engines.Chat.GetResponseAsync("hello", Short, Cancellation)));
        await engines.Watch.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Two_dozen_answers_at_once_are_shared_out()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => engines.Chat.GetResponseAsync($"{i}. Hello.", Short, Cancellation)));
        var shares = answers.CountBy(ManyEngines.EngineOf).Select(pair => pair.Value).ToList();
        Assert.Equal(3, shares.Count);
        Assert.All(shares, share => Assert.InRange(share, 3, 13));
        Assert.All(engines.Engines.List(), report => Assert.Equal((0, 0), (report.InFlight, report.FailuresInARow)));
    }
}
