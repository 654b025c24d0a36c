using Microsoft.Extensions.AI;

namespace Platform.ModelHost.Client.Tests.Engines;

/// <summary>To which of several engines a request goes.</summary>
public sealed class EngineChoiceTests : IAsyncLifetime
{
    private static readonly ChatOptions M = new() { ModelId = "m" };
    private readonly List<ScriptedEngine> servers = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ScriptedEngine A => servers[0];

    private ScriptedEngine B => servers[1];

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < 2; i++) { servers.Add(await ScriptedEngine.StartAsync()); }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers) { await server.DisposeAsync(); }
    }

    [Fact]
    public async Task A_request_goes_to_the_engine_that_serves_its_model()
    {
        A.Models = """{"data":[{"id":"x","capabilities":["chat"]},{"id":"e","capabilities":["embeddings"]}]}""";
        B.Models = """{"data":[{"id":"qwen3:latest","owned_by":"library"}]}""";
        await using var engines = Of();
        Assert.Equal(["x", "e", "qwen3:latest"], (await engines.Models.ListAsync(Cancellation)).Select(model => model.Id));
        Assert.Equal([("x", true, false), ("e", false, true)], engines.Report("a").Served.Select(model => (model.Id, model.CanChat, model.CanEmbed)));
        Assert.Equal((false, true), (engines.Report("a").IsForeign, engines.Report("b").IsForeign));
        Assert.Equal("b", await WhoAsync(engines, new ChatOptions { ModelId = "qwen3" }));
        Assert.Equal("qwen3:latest", B.Asked.Single().Body.GetProperty("model").GetString());
        Assert.Equal("a", await WhoAsync(engines, new ChatOptions { ModelId = "x:legal@3" })); // an adapter stands on its base
        Assert.Equal("x:legal@3", A.Asked.Single().Body.GetProperty("model").GetString());
        await engines.Embeddings.GenerateAsync(["a"], null, Cancellation);
        Assert.Equal([7], await engines.Tokens.CountForEmbeddingAsync(["a"], Cancellation));
        Assert.Equal(["/v1/chat/completions", "/v1/embeddings", "/tokenize"], A.Asked.Select(asked => asked.Path));
        Assert.Single(B.Asked);
        var refusal = await Assert.ThrowsAsync<ModelHostException>(() => WhoAsync(engines, new ChatOptions { ModelId = "absent" }));
        Assert.Equal(ModelHostErrorKind.ModelNotFound, refusal.Kind);
        Assert.Contains("x, e, qwen3:latest", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Else a job of a model that several have would be refused for good while the program's own service restarts.</summary>
    [Fact]
    public async Task A_model_is_said_to_be_elsewhere_only_where_the_programs_own_service_answers()
    {
        A.Status = 503;
        await using (var engines = Owned())
        {
            Assert.Null(await engines.Models.ElsewhereAsync("m", Cancellation));
            Assert.Equal("b", await engines.Models.ElsewhereAsync("b/m", Cancellation));
        }

        (A.Status, A.Models) = (200, """{"data":[{"id":"x","capabilities":["chat"]}]}""");
        await using var well = Owned();
        Assert.Equal(("b", null), (await well.Models.ElsewhereAsync("m", Cancellation), await well.Models.ElsewhereAsync("x", Cancellation)));

        ManyEngines Owned() => ManyEngines.Of(TimeProvider.System, [("ModelHost:Name", "a")], [(A.Endpoint, ""), (B.Endpoint, "")]);
    }

    [Fact]
    public async Task After_a_model_that_was_not_there_the_list_is_still_that_of_all_engines()
    {
        A.Models = """{"data":[{"id":"x","capabilities":["chat"]}]}""";
        await using var engines = Of();
        await engines.Models.ListAsync(Cancellation);
        A.Answer = http => LocalEngine.JsonAsync(http, 404, """{"error":{"message":"There is no such adapter.","code":"model_not_found"}}""");
        Assert.Equal(ModelHostErrorKind.ModelNotFound, (await Assert.ThrowsAsync<ModelHostException>(() => WhoAsync(engines, new ChatOptions { ModelId = "x:nope@1" }))).Kind);
        Assert.Equal(["x", "m", "e"], (await engines.Models.ListAsync(Cancellation)).Select(model => model.Id));
    }

    [Fact]
    public async Task An_engines_name_before_the_model_means_that_engine_and_no_other()
    {
        await using var engines = Of();
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal("b", await WhoAsync(engines, new ChatOptions { ModelId = "b/m" }, $"question {i}"));
        }

        Assert.Equal("m", B.Asked.First().Body.GetProperty("model").GetString());
        B.Answer = http => LocalEngine.JsonAsync(http, 503, "{}");
        Assert.Equal(ModelHostErrorKind.Unavailable, (await Assert.ThrowsAsync<ModelHostException>(() => WhoAsync(engines, new ChatOptions { ModelId = "b/m" }))).Kind);
        Assert.Empty(A.Asked);
    }

    [Fact]
    public async Task Conversations_spread_over_replicas_and_each_stays_with_its_own()
    {
        await using var engines = Of();
        var first = new List<string>();
        for (var i = 0; i < 40; i++) { first.Add(await WhoAsync(engines, M, $"question {i}")); }
        Assert.InRange(first.Count(name => name == "a"), 8, 32);
        await using var later = Of(); // another process makes the same choice
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(first[i], await WhoAsync(later, M, $"question {i}", "answer", "and then?"));
        }
    }

    /// <summary>A chat's first message carries the passages of its question, and an agent's system message the examples for its own.</summary>
    [Fact]
    public async Task A_named_conversation_stays_with_its_replica_however_its_turns_begin_and_is_told_to_nobody()
    {
        await using var engines = Of();
        List<string> first = [], second = [];
        for (var i = 0; i < 20; i++)
        {
            var named = new ChatOptions { ModelId = "m", ConversationId = $"chat-{i}" };
            first.Add(await WhoAsync(engines, named, $"passages and question {i}"));
            second.Add(await WhoAsync(engines, named, $"another beginning {i}", "answer", "and then?"));
        }

        Assert.Equal(first, second);
        Assert.InRange(first.Count(name => name == "a"), 2, 18);
        Assert.All(A.Asked.Concat(B.Asked), asked => Assert.DoesNotContain("chat-", asked.Body.GetRawText(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_conversation_leaves_its_replica_when_that_has_more_than_its_share_and_comes_back()
    {
        await using var engines = Of();
        var home = await WhoAsync(engines, M);
        var gate = new TaskCompletionSource();
        A.Answer = B.Answer = async http =>
        {
            await LocalEngine.StreamAsync(http, ScriptedEngine.Says("slowly"));
            await gate.Task;
            await ScriptedEngine.SayAsync(http, "done");
        };
        var running = new List<Task<string>>();
        for (var i = 1; i <= 6; i++)
        {
            running.Add(WhoAsync(engines, M));
            var begun = i;
            await ManyEngines.UntilAsync(() => A.Asked.Count + B.Asked.Count == begun + 1);
        }

        gate.SetResult();
        var where = await Task.WhenAll(running);
        Assert.InRange(where.Count(name => name == home), 4, 5); // one and a half times the half of six
        A.Answer = B.Answer = null;
        Assert.Equal(home, await WhoAsync(engines, M));
        Assert.All(engines.Engines.List(), report => Assert.Equal(0, report.InFlight));
    }

    [Fact]
    public async Task A_field_without_which_the_answer_would_be_another_goes_where_it_is_known_or_is_refused()
    {
        A.Models = B.Models = """{"data":[{"id":"m","owned_by":"vllm","max_model_len":4096}]}""";
        var verbatim = new ChatOptions { ModelId = "m", TopK = 3, AdditionalProperties = new() { ["verbatim"] = new { passages = new[] { "a" } }, ["return_progress"] = true } };
        await using (var strangers = Of())
        {
            var refusal = await Assert.ThrowsAsync<ModelHostException>(() => WhoAsync(strangers, verbatim));
            Assert.Equal(ModelHostErrorKind.BadRequest, refusal.Kind);
            Assert.Contains("'verbatim'", refusal.Message, StringComparison.Ordinal);
            Assert.Empty(A.Asked);
        }

        B.Models = """{"data":[{"id":"m","capabilities":["chat"]}]}""";
        await using var engines = Of();
        for (var i = 0; i < 8; i++) { Assert.Equal("b", await WhoAsync(engines, verbatim, $"question {i}")); }
        Assert.True(B.Asked.First().Body.GetProperty("return_progress").GetBoolean());
        Assert.Equal("a", await WhoAsync(engines, new ChatOptions { ModelId = "a/m", TopK = 3, AdditionalProperties = new() { ["return_progress"] = true } }));
        Assert.False(A.Asked.Single().Body.TryGetProperty("return_progress", out _)); // what only makes it finer is left out
        Assert.Equal(3, A.Asked.Single().Body.GetProperty("top_k").GetInt32());
    }

    [Fact]
    public async Task The_chat_model_is_one_that_can_answer_and_the_embedding_model_stays_the_one_it_was()
    {
        A.Models = """{"data":[{"id":"seed","owned_by":"local","capabilities":["chat"]},{"id":"ea","capabilities":["embeddings"]}]}""";
        B.Models = """{"data":[{"id":"big","capabilities":["chat","answers"]},{"id":"eb","capabilities":["embeddings"]}]}""";
        await using var engines = Of();
        Assert.Equal("big", (await engines.Models.ChatModelAsync(Cancellation)).Id);
        Assert.Equal("ea", (await engines.Models.EmbeddingModelAsync(Cancellation)).Id);
        A.Status = 503;
        A.Answer = http => LocalEngine.JsonAsync(http, 503, "{}");
        await Assert.ThrowsAsync<ModelHostException>(() => engines.Embeddings.GenerateAsync(["a"], null, Cancellation));
        Assert.Equal(ModelHostErrorKind.Unavailable, (await Assert.ThrowsAsync<ModelHostException>(() => engines.Models.EmbeddingModelAsync(Cancellation))).Kind);
        Assert.Equal("big", (await engines.Models.ChatModelAsync(Cancellation)).Id);
        await using var fresh = Of();
        Assert.Equal(ModelHostErrorKind.Unavailable, (await Assert.ThrowsAsync<ModelHostException>(() => fresh.Models.EmbeddingModelAsync(Cancellation))).Kind); // not eb
    }

    [Theory]
    [InlineData("ModelHost:Engines:0:Name", "a/b", "a/b")]
    [InlineData("ModelHost:Engines:0:Endpoint", "ftp://x", "'a'")]
    [InlineData("ModelHost:Engines:0:Endpoint", "", "'a'")]
    [InlineData("ModelHost:Engines:1:Name", "A", "'A'")]
    [InlineData("ModelHost:OverloadFactor", "0.5", "0.5")]
    [InlineData("ModelHost:CheckInterval", "0", "00:00:00")]
    public async Task Settings_that_cannot_be_meant_are_refused_with_the_value(string key, string value, string named)
    {
        List<(string Key, string Value)> settings =
        [
            ("ModelHost:Engines:0:Name", "a"), ("ModelHost:Engines:0:Endpoint", "http://127.0.0.1:1"), ("ModelHost:Engines:1:Name", "b"), ("ModelHost:Engines:1:Endpoint", "http://127.0.0.1:1"),
        ];
        settings.RemoveAll(one => one.Key == key);
        await using var engines = ManyEngines.Of(TimeProvider.System, [.. settings, (key, value)], []);
        Assert.Contains(named, Assert.ThrowsAny<Exception>(() => engines.Engines).Message, StringComparison.Ordinal);
    }

    private ManyEngines Of() => ManyEngines.Of((A.Endpoint, ""), (B.Endpoint, ""));

    private static async Task<string> WhoAsync(ManyEngines engines, ChatOptions options, params string[] turns)
    {
        var messages = (turns.Length == 0 ? ["hello"] : turns).Select((text, i) => new ChatMessage(i % 2 == 0 ? ChatRole.User : ChatRole.Assistant, text));
        return ManyEngines.EngineOf(await engines.Chat.GetResponseAsync([new ChatMessage(ChatRole.System, "be kind"), .. messages], options, Cancellation));
    }
}
