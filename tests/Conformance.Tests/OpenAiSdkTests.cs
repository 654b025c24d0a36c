using System.ClientModel;
using System.ClientModel.Primitives;
using System.Diagnostics;
using System.Globalization;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using Platform.Fakes;

namespace Platform.Conformance.Tests;

/// <summary>OpenAI's own .NET SDK, pointed at the real service: what its users rely on.</summary>
public sealed class OpenAiSdkTests(RunningModelHost running) : IClassFixture<RunningModelHost>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static readonly ChatMessage[] Hello = [ChatMessage.CreateSystemMessage("Answer."), ChatMessage.CreateUserMessage(ChatMessageContentPart.CreateTextPart("hello"))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ModelHostFixture Host => running.Host;

    [Fact]
    public async Task It_lists_the_models_and_gets_one_conformance_1()
    {
        var models = Client().GetOpenAIModelClient();
        var list = await models.GetModelsAsync(Cancellation);
        Assert.Equal(["seed-chat", "seed-embed"], list.Value.Select(model => model.Id).Order());
        var one = await models.GetModelAsync("seed-embed", Cancellation);
        Assert.Equal(("seed-embed", "local"), (one.Value.Id, one.Value.OwnedBy));
    }

    [Fact]
    public async Task It_chats_conformance_1()
    {
        var answer = await Chat().CompleteChatAsync(Hello, new ChatCompletionOptions { MaxOutputTokenCount = 8, Temperature = 0.5f, TopP = 0.9f, StopSequences = { "zzzz" }, EndUserId = "u" }, Cancellation);
        Assert.StartsWith("chatcmpl-", answer.Value.Id, StringComparison.Ordinal);
        Assert.Equal(ChatMessageRole.Assistant, answer.Value.Role);
        Assert.NotEmpty(answer.Value.Content[0].Text);
        Assert.InRange(answer.Value.Usage.OutputTokenCount, 1, 8);
        Assert.Equal(answer.Value.Usage.TotalTokenCount, answer.Value.Usage.InputTokenCount + answer.Value.Usage.OutputTokenCount);
        Assert.Contains(answer.Value.FinishReason, new[] { ChatFinishReason.Stop, ChatFinishReason.Length });
    }

    [Fact]
    public async Task It_streams_with_usage_conformance_1()
    {
        var updates = new List<StreamingChatCompletionUpdate>();
        await foreach (var update in Chat().CompleteChatStreamingAsync(Hello, new ChatCompletionOptions { MaxOutputTokenCount = 8 }, Cancellation))
        {
            updates.Add(update);
        }

        Assert.Equal(ChatMessageRole.Assistant, updates[0].Role);
        Assert.Single(updates.Select(update => (update.CompletionId, update.CreatedAt)).Distinct());
        Assert.NotEmpty(string.Concat(updates.SelectMany(update => update.ContentUpdate).Select(part => part.Text)));
        Assert.Single(updates, update => update.FinishReason is not null);
        Assert.InRange(updates[^1].Usage.OutputTokenCount, 1, 8); // the SDK asks for usage by itself
    }

    [Fact]
    public async Task It_embeds_by_its_default_format_conformance_1()
    {
        var embeddings = Client().GetEmbeddingClient(ModelHostFixture.EmbeddingModel);
        var two = await embeddings.GenerateEmbeddingsAsync(["annual leave", "年假"], cancellationToken: Cancellation);
        Assert.Equal([0, 1], two.Value.Select(item => item.Index));
        Assert.All(two.Value, item => Assert.Equal(512, item.ToFloats().Length));
        Assert.Equal(1, Math.Sqrt(two.Value[0].ToFloats().ToArray().Sum(number => (double)number * number)), 4);
        Assert.True(two.Value.Usage.InputTokenCount > 0);
        var one = await embeddings.GenerateEmbeddingAsync("annual leave", new EmbeddingGenerationOptions { Dimensions = 512 }, Cancellation);
        Assert.True(Cosine(one.Value, two.Value[0]) > 0.9999); // batched with others: the same but for rounding
    }

    [Fact]
    public async Task A_wrong_key_is_401_conformance_1() =>
        Assert.Equal(401, (await Assert.ThrowsAsync<ClientResultException>(() => Client("wrong").GetChatClient(ModelHostFixture.ChatModel).CompleteChatAsync(Hello, null, Cancellation))).Status);

    [Fact]
    public async Task An_unknown_model_is_404_conformance_1()
    {
        var refusal = await Assert.ThrowsAsync<ClientResultException>(() => Client().GetChatClient("absent").CompleteChatAsync(Hello, null, Cancellation));
        Assert.Equal(404, refusal.Status);
        Assert.Contains("model_not_found", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_calls_tools_several_at_once_and_streams_their_calls_conformance_1()
    {
        var (options, whole) = await SeveralCallsAsync();
        Assert.Equal(ChatFinishReason.ToolCalls, whole.FinishReason);
        Assert.Empty(whole.Content);
        var calls = new Dictionary<int, (string? Name, string Arguments)>();
        await foreach (var update in Chat().CompleteChatStreamingAsync([Hello[1]], options, Cancellation))
        {
            foreach (var call in update.ToolCallUpdates)
            {
                var (name, arguments) = calls.GetValueOrDefault(call.Index, (null, ""));
                calls[call.Index] = (name ?? call.FunctionName, arguments + call.FunctionArgumentsUpdate);
            }
        }

        Assert.Equal(whole.ToolCalls.Select(call => (call.FunctionName, call.FunctionArguments.ToString())), calls.OrderBy(call => call.Key).Select(call => (call.Value.Name!, call.Value.Arguments)));
        ChatMessage[] next = [Hello[1], ChatMessage.CreateAssistantMessage(whole), .. whole.ToolCalls.Select(call => ChatMessage.CreateToolMessage(call.Id, "done"))];
        await Chat().CompleteChatAsync(next, new ChatCompletionOptions { MaxOutputTokenCount = 2 }, Cancellation);
    }

    [Fact]
    public async Task It_follows_a_schema_conformance_1()
    {
        var format = ChatResponseFormat.CreateJsonSchemaFormat("x", BinaryData.FromString("""{"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":3}},"required":["n"],"additionalProperties":false}"""), jsonSchemaIsStrict: true);
        var answer = await Chat().CompleteChatAsync(Hello, new ChatCompletionOptions { ResponseFormat = format }, Cancellation);
        using var value = System.Text.Json.JsonDocument.Parse(answer.Value.Content[0].Text);
        Assert.InRange(value.RootElement.GetProperty("n").GetInt32(), 1, 3);
    }

    [Fact]
    public async Task It_tells_log_probabilities()
    {
        var answer = await Chat().CompleteChatAsync(Hello, new ChatCompletionOptions { IncludeLogProbabilities = true, TopLogProbabilityCount = 3, MaxOutputTokenCount = 4, Temperature = 0 }, Cancellation);
        Assert.Equal(answer.Value.Content[0].Text, string.Concat(answer.Value.ContentTokenLogProbabilities.Select(token => token.Token)));
        Assert.All(answer.Value.ContentTokenLogProbabilities, token => Assert.Equal(token.LogProbability, token.TopLogProbabilities.Max(top => top.LogProbability), 4));
    }

    [Fact]
    public async Task What_is_not_supported_is_400_and_not_ignored()
    {
        ChatMessage[] picture = [ChatMessage.CreateUserMessage(ChatMessageContentPart.CreateImagePart(new Uri("data:image/png;base64,AA==")))];
        var refusal = await Assert.ThrowsAsync<ClientResultException>(() => Chat().CompleteChatAsync(picture, null, Cancellation));
        Assert.Equal(400, refusal.Status);
        Assert.Contains("messages.[0].content.[0].type", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_over_the_context_is_400_also_for_a_stream_conformance_7()
    {
        ChatMessage[] tooLong = [ChatMessage.CreateUserMessage(string.Join(' ', Enumerable.Repeat("word", 20_000)))];
        var refusal = await Assert.ThrowsAsync<ClientResultException>(async () =>
        {
            await foreach (var _ in Chat().CompleteChatStreamingAsync(tooLong, null, Cancellation))
            {
            }
        });
        Assert.Equal(400, refusal.Status);
        Assert.Contains("context_length_exceeded", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_is_cancelled_gives_its_slot_to_the_next_fault_18_conformance_5()
    {
        // The answer could go on for 16,384 tokens, so that what frees the slot in time is the cancellation and not its end.
        await using var single = await SingleAsync(("Engine:RopeType", "linear"), ("Engine:RopeFactor", "64"));
        var chat = Client(single).GetChatClient(ModelHostFixture.ChatModel);
        for (var i = 0; i < 5; i++)
        {
            var before = await StepsAsync(single);
            await LeaveInMidAnswerAsync(chat);
            await UntilServedAsync(chat);
            Assert.InRange(await StepsAsync(single) - before, 1, 8_192);
        }
    }

    [Fact]
    public async Task Clients_beyond_the_queue_are_429_with_a_wait_fault_17_conformance_1()
    {
        await using var single = await SingleAsync();
        var chat = Client(single).GetChatClient(ModelHostFixture.ChatModel);
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => AskAsync()));
        Assert.Contains(null, answers);
        Assert.Contains(answers, refusal => refusal is not null);
        Assert.All(answers.OfType<ClientResultException>(), refusal => Assert.Equal((429, true), (refusal.Status, refusal.GetRawResponse()!.Headers.TryGetValue("Retry-After", out string? _))));

        async Task<ClientResultException?> AskAsync()
        {
            try
            {
                await chat.CompleteChatAsync(Hello, Long, Cancellation);
                return null;
            }
            catch (ClientResultException refusal)
            {
                return refusal;
            }
        }
    }

    /// <summary>A model that picks at random makes two calls sooner or later.</summary>
    private async Task<(ChatCompletionOptions Options, ChatCompletion Answer)> SeveralCallsAsync()
    {
        for (var seed = 1; seed < 100; seed++)
        {
#pragma warning disable OPENAI001 // the SDK marks seeds as new
            var options = new ChatCompletionOptions { ToolChoice = ChatToolChoice.CreateRequiredChoice(), AllowParallelToolCalls = true, Temperature = 2, TopP = 1, Seed = seed };
#pragma warning restore OPENAI001
            AllTokens(options);
            options.Tools.Add(ChatTool.CreateFunctionTool("f", null, BinaryData.FromString("""{"additionalProperties":false}""")));
            var answer = await Chat().CompleteChatAsync([Hello[1]], options, Cancellation);
            if (answer.Value.FinishReason == ChatFinishReason.ToolCalls && answer.Value.ToolCalls.Count > 1)
            {
                return (options, answer.Value);
            }
        }

        throw new InvalidOperationException("A hundred answers, and never two calls.");
    }

    /// <summary>One slot and room for nobody else.</summary>
    private static Task<ModelHostFixture> SingleAsync(params (string Key, string Value)[] settings) => ModelHostFixture.StartAsync([("Engine:Slots", "1"), ("Engine:QueueLimit", "0"), .. settings]);

    /// <summary>Steps that the model has taken; each is a token of the only answer that there can be.</summary>
    private static async Task<long> StepsAsync(ModelHostFixture host)
    {
        const string name = "modelhost_steps_total{model=\"seed-chat\"} ";
        var metrics = await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancellation);
        return long.Parse(metrics.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..], CultureInfo.InvariantCulture);
    }

    /// <summary>Goes on to the end of the context: every token is as good as the next.</summary>
    private static ChatCompletionOptions Long
    {
        get
        {
            var options = new ChatCompletionOptions { Temperature = 2, TopP = 1 };
            AllTokens(options);
#pragma warning disable SCME0001 // the SDK's way to send fields that OpenAI does not know
            options.Patch.Set("$.seed"u8, 1);
            options.Patch.Set("$.ignore_eos"u8, true);
#pragma warning restore SCME0001
            return options;
        }
    }

    /// <summary>Leaves out no token, however unlikely.</summary>
    private static void AllTokens(ChatCompletionOptions options)
    {
#pragma warning disable SCME0001
        options.Patch.Set("$.top_k"u8, 0);
        options.Patch.Set("$.min_p"u8, 0);
#pragma warning restore SCME0001
    }

    private static async Task LeaveInMidAnswerAsync(ChatClient chat)
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in chat.CompleteChatStreamingAsync(Hello, Long, leave.Token))
            {
                await leave.CancelAsync();
            }

            Assert.Fail("The answer ended before it could be cancelled.");
        });
    }

    private static async Task UntilServedAsync(ChatClient chat)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await chat.CompleteChatAsync(Hello, new ChatCompletionOptions { MaxOutputTokenCount = 1 }, Cancellation);
                return;
            }
            catch (ClientResultException busy) when (busy.Status == 429 && Stopwatch.GetElapsedTime(started) < Deadline)
            {
                await Task.Delay(5, Cancellation); // the slot is not free yet
            }
        }
    }

    private static double Cosine(OpenAIEmbedding a, OpenAIEmbedding b) => a.ToFloats().ToArray().Zip(b.ToFloats().ToArray(), (x, y) => (double)x * y).Sum();

    private ChatClient Chat() => Client().GetChatClient(ModelHostFixture.ChatModel);

    private OpenAIClient Client(string? key = null) => Client(Host, key);

    private static OpenAIClient Client(ModelHostFixture host, string? key = null) => new(
        new ApiKeyCredential(key ?? host.ApiKey),
        new OpenAIClientOptions { Endpoint = new Uri(host.Endpoint, "/v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0), NetworkTimeout = Deadline });
}
