using Microsoft.Extensions.AI;
using Platform.ModelHost.Client.Engines;

namespace Platform.ModelHost.Client.Tests.Engines;

/// <summary>A service that knows none of our extensions works, alone and beside others.</summary>
public sealed class StrictEngineTests
{
    private static readonly ChatOptions Everything = new()
    {
        ModelId = "plain", Temperature = 0.5f, TopP = 0.5f, TopK = 5, MaxOutputTokens = 8, Seed = 1, PresencePenalty = 1, FrequencyPenalty = 1, StopSequences = ["x"], ResponseFormat = ChatResponseFormat.Json,
        AdditionalProperties = new() { ["return_progress"] = true, ["min_p"] = 0.1, ["cache_prompt"] = true, ["user"] = "anna" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_strict_service_is_sent_what_it_knows_and_nothing_else()
    {
        await using var strict = await StrictEngine.StartAsync("plain");
        await using var engines = ManyEngines.Of((strict.Endpoint, StrictEngine.Key));
        var answer = await engines.Chat.GetResponseAsync("hello", Everything, Cancellation);
        Assert.Equal(("plainly", ChatFinishReason.Stop), (answer.Text, answer.FinishReason));
        var vectors = await engines.Embeddings.GenerateAsync(["a", "b"], new EmbeddingGenerationOptions { AdditionalProperties = new() { ["truncate"] = true, ["input_type"] = "query" } }, Cancellation);
        Assert.Equal(2, vectors.Count);
        Assert.Equal([TokenEstimate.Of("annual leave")], await engines.Tokens.CountForChatAsync(["annual leave"], Cancellation));
        await engines.Engines.CheckAsync(Cancellation); // it has no /health
        Assert.Equal((EngineState.Ready, null), (engines.Report("a").State, engines.Report("a").LastError));
        Assert.Empty(strict.Refused);
    }

    [Fact]
    public async Task It_stands_beside_one_that_knows_more()
    {
        await using var strict = await StrictEngine.StartAsync("plain");
        await using var other = await ScriptedEngine.StartAsync();
        other.Models = """{"data":[{"id":"plain","capabilities":["chat"]}]}""";
        await using var engines = ManyEngines.Of((strict.Endpoint, StrictEngine.Key), (other.Endpoint, ""));
        var who = new HashSet<string>();
        for (var i = 0; i < 24; i++) { who.Add(ManyEngines.EngineOf(await engines.Chat.GetResponseAsync($"question {i}", Everything, Cancellation))); }
        Assert.Equal(2, who.Count);
        Assert.Empty(strict.Refused);
        Assert.All(other.Asked, asked => Assert.Equal(5, asked.Body.GetProperty("top_k").GetInt32()));
    }

    [Fact]
    public async Task A_wrong_key_is_the_engines_fault_that_is_reported_without_the_key()
    {
        await using var strict = await StrictEngine.StartAsync("plain");
        await using var engines = ManyEngines.Of((strict.Endpoint, "sk-wrong"));
        Assert.Equal(EngineState.Down, (await engines.Engines.CheckAsync(Cancellation)).Single().State);
        Assert.Equal(ModelHostErrorKind.Unauthorized, (await Assert.ThrowsAsync<ModelHostException>(() => engines.Chat.GetResponseAsync("hello", null, Cancellation))).Kind);
        Assert.DoesNotContain("sk-wrong", engines.Report("a").ToString() + engines.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_that_a_service_does_not_list_are_used_when_they_are_named()
    {
        await using var silent = await LocalEngine.StartAsync((http, request) => http.Request.Method == "GET" ? LocalEngine.JsonAsync(http, 404, "{}") : ScriptedEngine.SayAsync(http, "well"));
        var address = silent.Chat.GetService<ChatClientMetadata>()!.ProviderUri!;
        await using var other = await ScriptedEngine.StartAsync();
        await using var engines = ManyEngines.Of(TimeProvider.System, [("ModelHost:Engines:0:Models:0", "deepseek-chat")], [(address, ""), (other.Endpoint, "")]);
        Assert.Equal("a", ManyEngines.EngineOf(await engines.Chat.GetResponseAsync("hello", new ChatOptions { ModelId = "deepseek-chat" }, Cancellation)));
        Assert.Equal(["deepseek-chat", "m", "e"], (await engines.Models.ListAsync(Cancellation)).Select(model => model.Id));
    }
}
