using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Platform.ModelHost.Client.Tests;

/// <summary>What the chat client sends, and what it makes of good answers.</summary>
public sealed class HttpChatClientTests
{
    private const string Answer = """
        : queued position=2

        data: {"id":"c1","created":5,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

        data: {"id":"c1","created":5,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":null}],"prompt_progress":{"total":10,"cache":4,"processed":6,"time_ms":1}}

        : ping

        data: {"id":"c1","created":5,"model":"m","choices":[{"index":0,"delta":{"reasoning_content":"hm"},"finish_reason":null}]}

        data: {"id":"c1","created":5,"model":"m","choices":[{"index":0,"delta":{"content":"你"},"finish_reason":null}]}

        data: {"id":"c1","created":5,"model":"m","choices":[{"index":0,"delta":{"content":"好"},"finish_reason":null}]}

        data: {"id":"c1","created":5,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"length"}],"timings":{"prompt_ms":1.5,"prompt_per_second":2,"predicted_ms":3,"predicted_per_second":4}}

        data: {"id":"c1","created":5,"model":"m","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":4}}}

        data: [DONE]


        """;

    private static readonly ChatOptions Named = new() { ModelId = "m" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_whole_answer_is_the_fold_of_the_stream()
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, _) => LocalEngine.StreamAsync(http, Answer));
        var response = await engine.Chat.GetResponseAsync("hi", Named, Cancellation);
        Assert.Equal(("你好", "m", "c1"), (response.Text, response.ModelId, response.ResponseId));
        Assert.Equal((ChatFinishReason.Length, 10, 2, 4), (response.FinishReason, response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.CachedInputTokenCount));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(5), response.CreatedAt);
        Assert.Equal("hm", response.Messages.Single().Contents.OfType<TextReasoningContent>().Single().Text);
    }

    [Fact]
    public async Task Queue_progress_and_timings_are_properties_of_updates()
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, _) => LocalEngine.StreamAsync(http, Answer));
        var properties = new Dictionary<string, object?>();
        await foreach (var update in engine.Chat.GetStreamingResponseAsync("hi", Named, Cancellation))
        {
            foreach (var (key, value) in update.AdditionalProperties ?? [])
            {
                properties.Add(key, value);
            }
        }

        Assert.Equal((2, 6, 10), ((int)properties[ChatUpdateKeys.QueuePosition]!, (int)properties[ChatUpdateKeys.PromptProcessed]!, (int)properties[ChatUpdateKeys.PromptTotal]!));
        Assert.Equal(new ServedTimings(1.5, 2, 3, 4), properties[ChatUpdateKeys.Timings]);
    }

    [Fact]
    public async Task Every_option_reaches_the_service()
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, _) => LocalEngine.StreamAsync(http, Answer));
        ChatMessage[] messages = [new(ChatRole.User, "hi"), new(ChatRole.Assistant, [new TextReasoningContent("dropped"), new TextContent("kept")]), new(ChatRole.User, "more")];
        await engine.Chat.GetResponseAsync(messages, new ChatOptions
        {
            ModelId = "m", Instructions = "be kind", Temperature = 0.5f, TopP = 0.25f, TopK = 7, MaxOutputTokens = 9, Seed = 42, PresencePenalty = 1, FrequencyPenalty = -1, StopSequences = ["a", "b"],
            AdditionalProperties = new() { ["min_p"] = 0.125, ["return_progress"] = true },
        }, Cancellation);
        var sent = JsonNode.Parse(engine.Requests.Single().GetRawText())!.AsObject();
        Assert.True(sent.Remove("user")); // what it is, the next test tells
        Assert.Equal(JsonSerializer.Serialize(JsonDocument.Parse("""
            {"model":"m","messages":[{"role":"system","content":"be kind"},{"role":"user","content":"hi"},{"role":"assistant","content":"kept"},{"role":"user","content":"more"}],
             "stream":true,"stream_options":{"include_usage":true},"temperature":0.5,"top_p":0.25,"top_k":7,"max_tokens":9,"seed":42,"presence_penalty":1,"frequency_penalty":-1,"stop":["a","b"],"min_p":0.125,"return_progress":true}
            """)), JsonSerializer.Serialize(sent));
    }

    [Fact]
    public async Task A_conversation_has_one_name_from_turn_to_turn_which_tells_nothing()
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, _) => LocalEngine.StreamAsync(http, Answer));
        ChatMessage[] later = [new(ChatRole.User, "hi"), new(ChatRole.Assistant, "hello"), new(ChatRole.User, "more")];
        await engine.Chat.GetResponseAsync(later[..1], Named, Cancellation);
        await engine.Chat.GetResponseAsync(later, Named, Cancellation);
        await engine.Chat.GetResponseAsync("another", Named, Cancellation);
        await engine.Chat.GetResponseAsync("another", new ChatOptions { ModelId = "m", AdditionalProperties = new() { ["user"] = "anna" } }, Cancellation);
        var users = engine.Requests.Select(sent => sent.GetProperty("user").GetString()!).ToList();
        Assert.Equal(users[0], users[1]);
        Assert.NotEqual(users[0], users[2]);
        Assert.Equal("anna", users[3]);
        Assert.All(users[..3], user => Assert.Matches("^[0-9a-f]{64}$", user));
    }

    [Fact]
    public async Task A_persons_conversations_have_one_name_which_tells_nothing_and_no_other_service_is_told()
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, _) => LocalEngine.StreamAsync(http, Answer));
        foreach (var (question, person) in (IEnumerable<(string, string)>)[("hi", "anna"), ("another", "anna"), ("hi", "ben")])
        {
            await engine.Chat.GetResponseAsync(question, new ChatOptions { ModelId = "m" }.By(person, isAdministrator: person == "ben"), Cancellation);
        }

        var users = engine.Requests.Select(sent => sent.GetProperty("user").GetString()!).ToList();
        Assert.Equal(users[0], users[1]);
        Assert.NotEqual(users[0], users[2]);
        Assert.Equal(AskedBy.Name("anna"), users[0]); // as programs of theirs are told by the relay
        Assert.All(users, user => Assert.Matches("^[0-9a-f]{64}$", user));
        Assert.All(engine.Requests, sent => Assert.DoesNotContain("asked_by", sent.GetRawText(), StringComparison.Ordinal));
        await using var foreign = await LocalEngine.StartAsync((http, _) => LocalEngine.StreamAsync(http, Answer));
        await foreign.Chat.GetResponseAsync("hi", new ChatOptions { ModelId = "m" }.By("anna", isAdministrator: false), Cancellation);
        Assert.DoesNotMatch("user\"\\s*:\\s*\"|asked_by", foreign.Requests.Last().GetRawText());
    }

    [Fact]
    public async Task A_json_format_is_sent_with_its_schema()
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, _) => LocalEngine.StreamAsync(http, Answer));
        var schema = JsonDocument.Parse("""{"type":"object"}""").RootElement;
        await engine.Chat.GetResponseAsync("hi", new ChatOptions { ModelId = "m", ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "s") }, Cancellation);
        Assert.Equal("""{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":{"type":"object"}}}""", engine.Requests.Single().GetProperty("response_format").GetRawText());
    }

    [Fact]
    public async Task What_cannot_be_sent_is_refused_and_not_dropped()
    {
        await using var engine = await LocalEngine.StartOwnAsync((http, _) => LocalEngine.StreamAsync(http, Answer));
        var image = new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")]);
        var tools = new ChatOptions { ModelId = "m", Tools = [new HostedWebSearchTool()] };
        Assert.Equal(ModelHostErrorKind.BadRequest, (await Assert.ThrowsAsync<ModelHostException>(() => engine.Chat.GetResponseAsync([image], Named, Cancellation))).Kind);
        Assert.Equal(ModelHostErrorKind.BadRequest, (await Assert.ThrowsAsync<ModelHostException>(() => engine.Chat.GetResponseAsync("hi", tools, Cancellation))).Kind);
        Assert.Empty(engine.Requests);
    }

    [Fact]
    public async Task The_key_is_sent_and_an_endpoint_with_v1_is_the_same_endpoint()
    {
        string? authorization = null, path = null;
        await using var engine = await LocalEngine.StartOwnAsync((http, _) =>
        {
            (authorization, path) = (http.Request.Headers.Authorization, http.Request.Path);
            return LocalEngine.StreamAsync(http, Answer);
        }, ("ModelHost:ApiKey", "secret"));
        await engine.Chat.GetResponseAsync("hi", Named, Cancellation);
        Assert.Equal(("Bearer secret", "/v1/chat/completions"), (authorization, path));

        var metadata = engine.Chat.GetService<ChatClientMetadata>()!;
        await using var withV1 = LocalEngine.ClientOf(new Uri(metadata.ProviderUri!, "/v1/"));
        await ((IChatClient)withV1.GetService(typeof(IChatClient))!).GetResponseAsync("hi", Named, Cancellation);
        Assert.Equal("/v1/chat/completions", path);
        Assert.IsType<HttpChatClient>(engine.Chat);
    }
}
