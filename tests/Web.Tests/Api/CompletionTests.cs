using System.ClientModel;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenAI.Chat;
using Platform.Agents.Conversations;
using Platform.ModelHost.Client;
using static Platform.Web.Tests.Api.ScriptedEngine;

namespace Platform.Web.Tests.Api;

/// <summary>Models and agents as OpenAI's own client and as plain HTTP see them.</summary>
public sealed class CompletionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Models_and_published_agents_are_listed_to_the_openai_sdk()
    {
        await using var world = await ApiWorld.StartAsync(Say("Hello."));
        var models = await world.OpenAi().GetOpenAIModelClient().GetModelsAsync(Cancellation);
        Assert.Equal(["scripted", "agent:clerk"], models.Value.Select(model => model.Id));
        Assert.Equal("agent:clerk", (await world.OpenAi().GetOpenAIModelClient().GetModelAsync("agent:clerk", Cancellation)).Value.Id);
        Assert.Equal((404, "model_not_found"), Code(await world.GetAsync("/v1/models/absent")));
        Assert.Equal("Counts.", (await world.GetAsync("/v1/models")).Body.GetProperty("data")[1].GetProperty("agent").GetProperty("description").GetString());
    }

    [Fact]
    public async Task An_agent_answers_the_openai_sdk_and_its_run_is_kept()
    {
        await using var world = await ApiWorld.StartAsync(Call("calculator", new { expression = "6*7" }), Say("It is", " 42."));
        var chat = world.OpenAi().GetChatClient("agent:clerk");
        var answer = await chat.CompleteChatAsync([ChatMessage.CreateSystemMessage("Be brief."), ChatMessage.CreateUserMessage("Hello"), ChatMessage.CreateAssistantMessage("Yes?"), ChatMessage.CreateUserMessage("6 times 7?")], null, Cancellation);

        Assert.Equal(("It is 42.", ChatFinishReason.Stop), (answer.Value.Content[0].Text, answer.Value.FinishReason));
        Assert.True(answer.Value.Usage.TotalTokenCount > 0);
        Assert.True(answer.GetRawResponse().Headers.TryGetValue("x-run-id", out var run));
        var (_, kept) = await world.GetAsync($"/v1/runs/{run}");
        Assert.Equal(("completed", "clerk", "It is 42."), (kept.GetProperty("status").GetString(), kept.GetProperty("agent").GetString(), kept.GetProperty("output_text").GetString()));
        var sent = world.Engine.Asked.First().GetProperty("messages").GetRawText();
        Assert.Contains("Be brief.", sent, StringComparison.Ordinal);
        Assert.Contains("Yes?", sent, StringComparison.Ordinal);
        Assert.Empty(await world.Server.App.Services.GetRequiredService<ConversationLibrary>().ListAsync(world.Owner, null, Cancellation));
    }

    [Fact]
    public async Task An_agents_answer_is_no_longer_than_it_is_asked_for()
    {
        await using var world = await ApiWorld.StartAsync(Call("calculator", new { expression = "6*7" }), Say("It", " is", " 42", " today."));
        var (status, answer) = await world.PostAsync("/v1/chat/completions", new { model = "agent:clerk", max_completion_tokens = 3, max_tokens = 9, messages = new[] { new { role = "user", content = "6 times 7?" } } });
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal((200, "It is 42", "length"), (status, choice.GetProperty("message").GetProperty("content").GetString(), choice.GetProperty("finish_reason").GetString()));
        Assert.Equal((3, "completed"), (answer.GetProperty("run").GetProperty("incomplete_details").GetProperty("cut_at_tokens").GetInt32(), answer.GetProperty("run").GetProperty("status").GetString()));
    }

    [Fact]
    public async Task An_agents_answer_is_streamed_with_the_events_of_its_run_and_without_what_came_before_a_call()
    {
        await using var world = await ApiWorld.StartAsync(Call("calculator", new { expression = "6*7" }, before: "Let me count."), Say("It is", " 42."));
        var updates = await world.OpenAi().GetChatClient("agent:clerk").CompleteChatStreamingAsync([ChatMessage.CreateUserMessage("6 times 7?")], null, Cancellation).ToListAsync(Cancellation);
        Assert.Equal("It is 42.", string.Concat(updates.SelectMany(update => update.ContentUpdate).Select(part => part.Text)));
        Assert.Equal(ChatMessageRole.Assistant, updates[0].Role);
        Assert.Single(updates.Select(update => (update.CompletionId, update.CreatedAt)).Distinct());
        Assert.Equal(ChatFinishReason.Stop, Assert.Single(updates, update => update.FinishReason is not null).FinishReason);
        Assert.True(updates[^1].Usage.OutputTokenCount > 0);

        var raw = await StreamAsync(world, new { model = "agent:clerk", stream = true, messages = new[] { new { role = "user", content = "And again?" } } });
        Assert.Equal("[DONE]", raw[^1]);
        var events = raw[..^1].Select(chunk => JsonElement.Parse(chunk)).Where(chunk => chunk.TryGetProperty("run_event", out _)).Select(chunk => chunk.GetProperty("run_event")).ToList();
        Assert.Contains(events, happened => happened.GetProperty("event").GetString() == "step.completed" && happened.GetProperty("step_id").GetString() == "s1");
        Assert.All(raw[..^1], chunk => Assert.NotEmpty(JsonElement.Parse(chunk).GetProperty("choices").EnumerateArray())); // clients look at the first one without asking
    }

    [Fact]
    public async Task A_long_beginning_is_told_before_it_is_known_to_be_the_answer()
    {
        var words = string.Concat(Enumerable.Repeat("word ", 60));
        await using var world = await ApiWorld.StartAsync(Say(words, "end."));
        var contents = (await StreamAsync(world, new { model = "agent:clerk", stream = true, messages = new[] { new { role = "user", content = "Talk." } } }))[..^1]
            .Select(chunk => JsonElement.Parse(chunk).GetProperty("choices")[0].GetProperty("delta")).Where(delta => delta.TryGetProperty("content", out var text) && text.GetString()!.Length > 0).Select(delta => delta.GetProperty("content").GetString()).ToList();
        Assert.Equal([words, "end."], contents);
    }

    [Fact]
    public async Task Other_models_are_asked_word_for_word_and_their_answers_come_as_they_are()
    {
        await using var world = await ApiWorld.StartAsync(Say("Hel", "lo."));
        var answer = await world.OpenAi().GetChatClient("scripted").CompleteChatAsync(["Hi"], null, Cancellation);
        Assert.Equal("Hello.", answer.Value.Content[0].Text);
        var (status, whole) = await world.PostAsync("/v1/chat/completions", new { model = "scripted", messages = new[] { new { role = "user", content = "Hi" } }, user = "somebody else", min_p = 0.1, own = new { x = 1 } });
        Assert.Equal((200, 7), (status, whole.GetProperty("own_field").GetInt32()));
        var asked = world.Engine.Asked.Last();
        Assert.Equal((AskedBy.Name(world.Owner.UserId), 0.1, 1), (asked.GetProperty("user").GetString(), asked.GetProperty("min_p").GetDouble(), asked.GetProperty("own").GetProperty("x").GetInt32()));
        Assert.Equal(["Hel", "lo."], (await StreamAsync(world, new { model = "scripted", stream = true, messages = new[] { new { role = "user", content = "Hi" } } }))[..2].Select(chunk => JsonElement.Parse(chunk).GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString()));
    }

    [Fact]
    public async Task What_is_wrong_is_told_with_its_status_and_its_field()
    {
        await using var world = await ApiWorld.StartAsync(
            Refuse(429, """{"error":{"message":"Too much.","type":"rate_limit_error","code":"queue_full"}}"""), Refuse(400, """{"error":{"message":"Bad.","type":"invalid_request_error","param":"messages[0]","code":"invalid_value"}}"""));
        var user = new[] { new { role = "user", content = "Hi" } };
        var busy = await Assert.ThrowsAsync<ClientResultException>(() => world.OpenAi().GetChatClient("scripted").CompleteChatAsync(["Hi"], null, Cancellation));
        Assert.Equal((429, "7"), (busy.Status, busy.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var wait) ? wait : null));
        Assert.Equal((400, "invalid_value", "messages[0]"), Fault(await world.PostAsync("/v1/chat/completions", new { model = "scripted", messages = user })));
        Assert.Equal(401, (await Assert.ThrowsAsync<ClientResultException>(() => world.OpenAi("wrong").GetChatClient("scripted").CompleteChatAsync(["Hi"], null, Cancellation))).Status);
        Assert.Equal((404, "model_not_found", "model"), Fault(await world.PostAsync("/v1/chat/completions", new { model = "agent:absent", messages = user })));
        Assert.Equal((400, "invalid_type", "stream"), Fault(await world.PostAsync("/v1/chat/completions", new { model = "scripted", messages = user, stream = "yes" })));
        Assert.Equal((400, "unsupported_parameter", "tools"), Fault(await world.PostAsync("/v1/chat/completions", new { model = "agent:clerk", messages = user, tools = new[] { new { type = "function" } } })));
        Assert.Equal((400, "invalid_value", "messages.[0].role"), Fault(await world.PostAsync("/v1/chat/completions", new { model = "agent:clerk", messages = new[] { new { role = "tool", content = "42" } } })));
        foreach (var body in (string[])["{\"model\":", """{"model":"scripted","messages":[{"role":"user","role":"user","content":"a"}]}""", """{"model":"scripted","messages":[{"role":"user","content":"\ud83d"}]}"""])
        {
            using var broken = await world.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), new StringContent(body), Cancellation);
            Assert.Equal((400, "invalid_json"), Code(((int)broken.StatusCode, await broken.Content.ReadFromJsonAsync<JsonElement>(Cancellation))));
        }

        using var packed = new StringContent("{}") { Headers = { ContentEncoding = { "gzip" } } };
        using var refused = await world.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), packed, Cancellation);
        Assert.Equal((415, "unsupported_encoding"), Code(((int)refused.StatusCode, await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation))));
        foreach (var path in (string[])["/v1/embeddings", "/v1/responses", "/v1/responses/input_tokens"])
        {
            Assert.Equal((400, "unsupported_parameter", "model"), Fault(await world.PostAsync(path, new { model = "agent:clerk", input = "x" })));
        }

        foreach (var path in (string[])["/v1/nothing", "/tokenize", "/chat"])
        {
            Assert.Equal((404, "not_found"), Code(await world.PostAsync(path, new { })));
        }

        Assert.Equal((404, "not_found"), Code(await world.GetAsync("/v1/nothing")));
        foreach (var (path, said) in new[] { ("/v1/runs/xyz", "Run was not found"), ("/v1/runs/xyz/events", "Run was not found"), ("/v1/suites/xyz", "Suite was not found"), ("/v1/nothing", "There is nothing for API keys") })
        {
            Assert.StartsWith(said, (await world.GetAsync(path)).Body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        Assert.Contains("'", await (await world.Http.GetAsync(new Uri("/v1/models/absent", UriKind.Relative), Cancellation)).Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    /// <summary>Turns in the model service's queue are taken by it.</summary>
    [Fact]
    public async Task A_person_has_one_name_for_the_model_service_in_every_conversation_and_program_which_tells_nothing()
    {
        await using var world = await ApiWorld.StartAsync(Say("Hello."));
        foreach (var (model, question) in (IEnumerable<(string, string)>)[("agent:clerk", "One thing?"), ("agent:clerk", "Another?"), ("scripted", "A third?")])
        {
            Assert.Equal(200, (await world.PostAsync("/v1/chat/completions", new { model, messages = new[] { new { role = "user", content = question } } })).Status);
        }

        Assert.Equal(3, world.Engine.Asked.Count);
        Assert.All(world.Engine.Asked, asked => Assert.Equal(AskedBy.Name(world.Owner.UserId), asked.GetProperty("user").GetString()));
        Assert.NotEqual(AskedBy.Name("somebody else"), AskedBy.Name(world.Owner.UserId));
    }

    [Fact]
    public async Task What_is_wrong_with_a_message_is_told_in_the_shape_of_its_api()
    {
        await using var world = await ApiWorld.StartAsync(
            Refuse(429, """{"type":"error","error":{"message":"Too much.","type":"rate_limit_error"}}"""), Refuse(400, """{"type":"error","error":{"message":"Bad.","type":"invalid_request_error"}}"""));
        foreach (var (body, status, type, said) in (IEnumerable<(object, int, string, string)>)[
            (new { model = "scripted" }, 429, "rate_limit_error", "Too much."), (new { model = "scripted" }, 400, "invalid_request_error", "Bad."),
            (new { model = "agent:clerk" }, 400, "invalid_request_error", "agent"), (new { model = 5 }, 400, "invalid_request_error", "model")])
        {
            IsMessageError(await world.PostAsync("/v1/messages", body), status, type, said);
        }

        var counted = await world.PostAsync("/v1/messages/count_tokens", new { model = "agent:clerk" });
        IsMessageError(counted, 400, "invalid_request_error", "agent");
        world.Http.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");
        IsMessageError(await world.PostAsync("/v1/messages", new { }), 401, "authentication_error", "");
        using var answer = await world.Http.PostAsJsonAsync(new Uri("/v1/messages", UriKind.Relative), new { }, Cancellation);
        Assert.Equal(answer.Headers.GetValues("x-request-id"), answer.Headers.GetValues("request-id"));

        static void IsMessageError((int Status, JsonElement Body) answer, int status, string type, string said)
        {
            Assert.Equal((status, "error", type), (answer.Status, answer.Body.GetProperty("type").GetString(), answer.Body.GetProperty("error").GetProperty("type").GetString()));
            Assert.Contains(said, answer.Body.GetProperty("error").GetProperty("message").GetString()!, StringComparison.Ordinal);
            Assert.NotEmpty(answer.Body.GetProperty("request_id").GetString()!);
        }
    }

    [Theory]
    [InlineData("/v1/messages", "message_stop")]
    [InlineData("/v1/responses", "response.completed")]
    public async Task Messages_and_responses_pass_with_the_names_of_their_events_and_take_the_usual_model(string path, string last)
    {
        var begin = "event: begun\ndata: {\"type\":\"begun\"}\n\n";
        var events = begin + $"event: {last}\ndata: {{}}\n\n";
        await using var world = await ApiWorld.StartAsync(Send(events), Send(begin));
        world.Http.DefaultRequestHeaders.Authorization = null;
        world.Http.DefaultRequestHeaders.Add("x-api-key", world.Key);
        async Task<string> AskAsync() => await (await world.Http.PostAsJsonAsync(new Uri(path, UriKind.Relative), new { stream = true }, Cancellation)).Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(events, await AskAsync());
        Assert.False(world.Engine.Asked.Last().TryGetProperty("model", out _)); // it chooses by what is asked for
        Assert.StartsWith(begin + "event: error\ndata: {" + (path == "/v1/messages" ? "\"type\":\"error\",\"error\"" : "\"error\""), await AskAsync(), StringComparison.Ordinal); // broken off
    }

    [Fact]
    public async Task A_stream_that_breaks_says_so_and_does_not_end_as_if_it_were_whole()
    {
        await using var world = await ApiWorld.StartAsync(Break());
        var parts = await StreamAsync(world, new { model = "scripted", stream = true, messages = new[] { new { role = "user", content = "Hi" } } });
        Assert.Contains("Half", parts[0], StringComparison.Ordinal);
        Assert.Equal("model_failed", JsonElement.Parse(parts[^1]).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Who_leaves_stops_the_agent_that_answers()
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously), left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var world = await ApiWorld.StartAsync(Hang(begun, left));
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var asking = world.OpenAi().GetChatClient("agent:clerk").CompleteChatAsync(["Hi"], null, leaving.Token);
        await begun.Task;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        var (_, runs) = await world.GetAsync("/v1/runs");
        await world.UntilAsync(runs.GetProperty("data")[0].GetProperty("id").GetString()!, "cancelled");
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(HttpResponseMessage answer) =>
        [.. (await answer.Content.ReadAsStringAsync(Cancellation)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(part => part.StartsWith("data: ", StringComparison.Ordinal)).Select(part => part[6..])];

    private static async Task<string[]> StreamAsync(ApiWorld world, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/chat/completions", UriKind.Relative)) { Content = JsonContent.Create(body) };
        using var answer = await world.Http.SendAsync(request, Cancellation);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return [.. await ReadAsync(answer)];
    }

    private static (int, string?) Code((int Status, JsonElement Body) answer) => (answer.Status, answer.Body.GetProperty("error").GetProperty("code").GetString());

    private static (int, string?, string?) Fault((int Status, JsonElement Body) answer) =>
        (answer.Status, answer.Body.GetProperty("error").GetProperty("code").GetString(), answer.Body.GetProperty("error").GetProperty("param").GetString());
}
