using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.Agents;
using Platform.Agents.Runs;
using static Platform.Web.Tests.Api.ScriptedEngine;

namespace Platform.Web.Tests.Api;

/// <summary>/v1/runs and /v1/approvals on the real server.</summary>
public sealed class RunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_started_followed_from_any_event_and_read_afterwards()
    {
        await using var world = await ApiWorld.StartAsync(Call("calculator", new { expression = "6*7" }), Say("It is 42."));
        var id = Guid.NewGuid();
        var (status, run) = await world.PostAsync("/v1/runs", new { run_id = id, agent = "clerk", input = "6 times 7?" });
        Assert.Equal((202, $"{id}", "run"), (status, run.GetProperty("id").GetString(), run.GetProperty("object").GetString()));
        var (again, same) = await world.PostAsync("/v1/runs", new { run_id = id, agent = "agent:clerk", input = "6 times 7?" });
        Assert.Equal((202, run.GetProperty("thread_id").GetString()), (again, same.GetProperty("thread_id").GetString()));
        Assert.Equal(409, (await world.PostAsync("/v1/runs", new { run_id = id, agent = "clerk", input = "Something else" })).Status);

        var events = await world.EventsAsync($"{id}");
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(happened => happened.Seq));
        Assert.Equal(["tool.call", "tool.result"], events.Select(happened => happened.Name).Where(name => name.StartsWith("tool.", StringComparison.Ordinal)));
        var call = events.Single(happened => happened.Name == "tool.call").Data;
        Assert.Equal(("s1", "s1_1", "6*7"), (call.GetProperty("step_id").GetString(), call.GetProperty("data").GetProperty("call_id").GetString(), call.GetProperty("data").GetProperty("arguments").GetProperty("expression").GetString()));
        Assert.Equal(events.Skip(3).Select(happened => happened.Seq), (await world.EventsAsync($"{id}", after: 3)).Select(happened => happened.Seq));

        var ended = await world.UntilAsync($"{id}", "completed");
        Assert.Equal("It is 42.", ended.GetProperty("output_text").GetString());
        Assert.True(ended.GetProperty("usage").GetProperty("total_tokens").GetInt32() > 0);
        Assert.Equal(JsonValueKind.Null, ended.GetProperty("incomplete_details").ValueKind);

        var (_, next) = await world.PostAsync("/v1/runs", new { thread_id = run.GetProperty("thread_id").GetString(), agent = "clerk", input = "And now?", background = false });
        Assert.Equal("completed", next.GetProperty("status").GetString());
        Assert.Contains("6 times 7?", world.Engine.Asked.Last().GetProperty("messages").GetRawText(), StringComparison.Ordinal);
        var (_, list) = await world.GetAsync($"/v1/runs?thread_id={run.GetProperty("thread_id").GetString()}&limit=1");
        Assert.Equal((1, true, next.GetProperty("id").GetString()), (list.GetProperty("data").GetArrayLength(), list.GetProperty("has_more").GetBoolean(), list.GetProperty("data")[0].GetProperty("id").GetString()));
        Assert.Equal(0, (await world.GetAsync("/v1/runs?status=active")).Body.GetProperty("data").GetArrayLength());
        Assert.Equal(400, (await world.GetAsync("/v1/runs?status=finished")).Status);
        foreach (var wrong in (string[])["limit", "offset", "thread_id", "agent", "Status"])
            Assert.Equal(wrong, (await world.GetAsync($"/v1/runs?{wrong}=x")).Body.GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task What_day_it_is_for_an_agent_goes_by_the_time_zone_of_who_asks()
    {
        await using var world = await ApiWorld.StartAsync(Say("Yes."));
        await world.PublishAsync(ApiWorld.Clerk with { Slug = "dated", Instructions = "It is {{date}}.", Tools = [] });
        await world.PostAsync("/v1/runs", new { agent = "dated", input = "Which day?", time_zone = "Pacific/Kiritimati", background = false });
        await world.PostAsync("/v1/chat/completions", new { model = "agent:dated", messages = new[] { new { role = "user", content = "Which day?" } }, time_zone = "Pacific/Niue" }); // a day and an hour behind
        Assert.Equal(2, world.Engine.Asked.Select(asked => asked.GetProperty("messages")[0].GetProperty("content").GetString()).Distinct().Count());
        var (status, refused) = await world.PostAsync("/v1/runs", new { agent = "dated", input = "Which day?", time_zone = "Mars/Olympus" });
        Assert.Equal((400, "time_zone"), (status, refused.GetProperty("error").GetProperty("param").GetString()));
    }

    [Fact]
    public async Task A_run_that_ends_at_a_limit_says_at_which()
    {
        await using var world = await ApiWorld.StartAsync(Call("calculator", new { expression = "1+1" }), Call("calculator", new { expression = "2+2" }), Say("About four."));
        await world.PublishAsync(ApiWorld.Clerk with { Slug = "hurried", Limits = new(Steps: 2) });
        var (status, run) = await world.PostAsync("/v1/runs", new { agent = "hurried", input = "Count.", background = false });
        Assert.Equal((200, "incomplete", "max_steps", "About four."), (status, run.GetProperty("status").GetString(), run.GetProperty("incomplete_details").GetProperty("reason").GetString(), run.GetProperty("output_text").GetString()));
        Assert.Equal((ScriptedEngine.Model, JsonValueKind.Null), (run.GetProperty("model").GetString(), run.GetProperty("incomplete_details").GetProperty("cut_at_tokens").ValueKind));
        var told = (await world.EventsAsync(run.GetProperty("id").GetString()!)).Last(happened => happened.Name == "run.status").Data.GetProperty("data");
        Assert.Equal(("incomplete", "max_steps"), (told.GetProperty("status").GetString(), told.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task A_run_tells_what_it_was_done_with_and_whether_its_answer_is_whole()
    {
        const string Cut = """
            data: {"id":"x","created":1,"model":"scripted","choices":[{"index":0,"delta":{"content":"You have 27"},"finish_reason":null}]}

            data: {"id":"x","created":1,"model":"scripted","choices":[{"index":0,"delta":{},"finish_reason":"length"}]}

            data: {"id":"x","created":1,"model":"scripted","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":30,"total_tokens":41}}

            data: [DONE]


            """;
        await using var world = await ApiWorld.StartAsync(Send(Cut));
        var (_, run) = await world.PostAsync("/v1/runs", new { agent = "clerk", input = "How many days?", background = false });
        foreach (var told in (JsonElement[])[run, (await world.GetAsync("/v1/runs")).Body.GetProperty("data")[0]])
        {
            Assert.Equal(("scripted", 1, 0), (told.GetProperty("model").GetString(), told.GetProperty("agent_version").GetInt32(), told.GetProperty("adapters").GetArrayLength()));
            Assert.Equal(("completed", "max_tokens", 30), (told.GetProperty("status").GetString(), told.GetProperty("incomplete_details").GetProperty("reason").GetString(), told.GetProperty("incomplete_details").GetProperty("cut_at_tokens").GetInt32()));
        }
        var strong = await world.Server.App.Services.GetRequiredService<RunAgent>().StartAsync(world.Owner, new(Guid.NewGuid(), Guid.NewGuid(), "How many days?", Agent: new(Guid.NewGuid(), 3, ApiWorld.Clerk with { Model = new("scripted:legal", [new("kind@2", 0.5)]) }, "", false)) { Before = [] }, TestContext.Current.CancellationToken);
        var (_, adapted) = await world.GetAsync($"/v1/runs/{strong.Id}");
        Assert.Equal(("scripted:legal", 3, "kind@2", 0.5), (adapted.GetProperty("model").GetString(), adapted.GetProperty("agent_version").GetInt32(), adapted.GetProperty("adapters")[0].GetProperty("name").GetString(), adapted.GetProperty("adapters")[0].GetProperty("scale").GetDouble()));
    }

    [Fact]
    public async Task An_agent_may_be_named_as_chat_completions_name_it_and_a_question_that_is_none_is_told_by_its_field()
    {
        await using var world = await ApiWorld.StartAsync(Say("It is 42."));
        var (_, run) = await world.PostAsync("/v1/runs", new { model = "agent:clerk", input = "6 times 7?", background = false });
        Assert.Equal(("clerk", "It is 42."), (run.GetProperty("agent").GetString(), run.GetProperty("output_text").GetString()));
        foreach (var question in (string[])[" ", new('x', RunAgent.MaxQuestionLength + 1)])
        {
            var (status, refused) = await world.PostAsync("/v1/runs", new { agent = "clerk", input = question });
            Assert.Equal((400, "input"), (status, refused.GetProperty("error").GetProperty("param").GetString()));
        }
        var (_, asked) = await world.PostAsync("/v1/chat/completions", new { model = "agent:clerk", messages = new[] { new { role = "user", content = new string('x', RunAgent.MaxQuestionLength + 1) } } });
        Assert.Equal("messages", asked.GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task A_run_is_stopped_within_a_step()
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously), left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var world = await ApiWorld.StartAsync(Hang(begun, left));
        var (_, run) = await world.PostAsync("/v1/runs", new { agent = "clerk", input = "Count." });
        await begun.Task;
        Assert.Equal(1, (await world.GetAsync("/v1/runs?status=active")).Body.GetProperty("data").GetArrayLength());
        var (status, ended) = await world.PostAsync($"/v1/runs/{run.GetProperty("id").GetString()}/cancel", new { });
        Assert.Equal((200, "cancelled"), (status, ended.GetProperty("status").GetString()));
        await left.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        var told = (await world.EventsAsync(run.GetProperty("id").GetString()!)).Where(happened => happened.Name == "run.status").Select(happened => happened.Data.GetProperty("data")).ToList();
        Assert.Equal(["queued", "in_progress", "in_progress", "cancelling", "cancelled"], told.Select(one => one.GetProperty("status").GetString())); // no other word than the run itself may have
        Assert.Equal(["preparing", "writing"], told[1..3].Select(one => one.GetProperty("stage").GetString())); // what it is at stands beside it
    }

    [Fact]
    public async Task A_person_follows_a_run_by_so_many_streams_and_no_more()
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously), left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var world = await ApiWorld.StartAsync(Hang(begun, left));
        world.Server.App.Services.GetRequiredService<IOptions<AgentsOptions>>().Value.EventStreams = 2;
        var (_, run) = await world.PostAsync("/v1/runs", new { agent = "clerk", input = "Count." });
        await begun.Task;
        var path = $"/v1/runs/{run.GetProperty("id").GetString()}/events";
        using var first = await OpenAsync();
        using var second = await OpenAsync();
        using (var third = await OpenAsync())
        {
            Assert.Equal((429, true), ((int)third.StatusCode, third.Headers.RetryAfter is not null));
            var error = JsonElement.Parse(await third.Content.ReadAsStringAsync(Cancellation)).GetProperty("error");
            Assert.Equal(("rate_limit_error", "too_many_streams"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
            Assert.Contains("no more than 2 may be", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
        await world.UntilAsync(run.GetProperty("id").GetString()!, "in_progress"); // the run is none the worse
        first.Dispose();
        for (var start = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(50, Cancellation)) // its place is free once the server sees that it left
        {
            using var next = await OpenAsync();
            if (next.IsSuccessStatusCode)
                break;
            Assert.True(start.Elapsed < TimeSpan.FromSeconds(30), "The place of a stream that was left is not free again.");
        }

        Task<HttpResponseMessage> OpenAsync() => world.Http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    [Fact]
    public async Task What_a_run_asks_its_owner_is_decided_by_api()
    {
        await using var world = await ApiWorld.StartAsync(Call("date_time", new { action = "now" }), Say("Today."), Call("date_time", new { action = "now" }), Say("Without it, then."));
        var (_, run) = await world.PostAsync("/v1/runs", new { agent = "clerk", input = "Which day?", background = false });
        Assert.Equal("requires_action", run.GetProperty("status").GetString());
        var asked = run.GetProperty("required_action").GetProperty("approvals")[0].GetString();
        var (_, box) = await world.GetAsync("/v1/approvals");
        Assert.Equal((asked, "date_time", "pending"), (box.GetProperty("data")[0].GetProperty("id").GetString(), box.GetProperty("data")[0].GetProperty("tool").GetString(), box.GetProperty("data")[0].GetProperty("status").GetString()));
        Assert.Equal(404, (await world.PostAsync($"/v1/runs/{Guid.NewGuid()}/approvals/{asked}", new { decision = "approve" })).Status);
        Assert.Equal(400, (await world.PostAsync($"/v1/approvals/{asked}", new { decision = "perhaps" })).Status);
        var (status, decided) = await world.PostAsync($"/v1/runs/{run.GetProperty("id").GetString()}/approvals/{asked}", new { decision = "approve", comment = "Fine." });
        Assert.Equal((200, "approved", "Fine."), (status, decided.GetProperty("status").GetString(), decided.GetProperty("comment").GetString()));
        Assert.Equal("Today.", (await world.UntilAsync(run.GetProperty("id").GetString()!, "completed")).GetProperty("output_text").GetString());
        Assert.Equal(409, (await world.PostAsync($"/v1/approvals/{asked}", new { decision = "reject" })).Status);

        var completion = await world.PostAsync("/v1/chat/completions", new { model = "agent:clerk", messages = new[] { new { role = "user", content = "Which day?" } } });
        var waiting = completion.Body.GetProperty("run");
        Assert.Equal((200, "requires_action"), (completion.Status, waiting.GetProperty("status").GetString()));
        Assert.Contains("'date_time'", completion.Body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), StringComparison.Ordinal);
        await world.PostAsync($"/v1/approvals/{waiting.GetProperty("approvals")[0].GetString()}", new { decision = "reject" });
        Assert.Equal("Without it, then.", (await world.UntilAsync(waiting.GetProperty("id").GetString()!, "completed")).GetProperty("output_text").GetString());
    }

    [Fact]
    public async Task What_an_asked_agent_waits_for_is_told_of_the_run_that_asked_and_decided_there()
    {
        await using var world = await ApiWorld.StartAsync(Call("ask_agent", new { agent = "clerk", task = "Which day?" }), Call("date_time", new { action = "now" }), Say("Today."), Say("It is today."));
        await world.PublishAsync(ApiWorld.Clerk with { Name = "Boss", Slug = "boss", Agents = ["clerk"], Tools = [new("ask_agent", Platform.Agents.Definitions.ToolPolicy.Always)] });
        var (_, completion) = await world.PostAsync("/v1/chat/completions", new { model = "agent:boss", messages = new[] { new { role = "user", content = "Which day?" } } });
        Assert.Contains("'date_time'", completion.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.True(completion.GetProperty("usage").GetProperty("total_tokens").GetInt32() > 0);
        var id = completion.GetProperty("run").GetProperty("id").GetString()!;
        var asked = completion.GetProperty("run").GetProperty("approvals")[0].GetString();
        var (_, run) = await world.GetAsync($"/v1/runs/{id}");
        Assert.Equal(asked, run.GetProperty("required_action").GetProperty("approvals")[0].GetString());
        Assert.True(run.GetProperty("usage").GetProperty("total_tokens").GetInt32() > 0);
        Assert.Equal(200, (await world.PostAsync($"/v1/runs/{id}/approvals/{asked}", new { decision = "approve" })).Status);
        Assert.Equal("It is today.", (await world.UntilAsync(id, "completed")).GetProperty("output_text").GetString());
    }

    [Fact]
    public async Task A_run_is_forked_from_a_step_with_another_result()
    {
        await using var world = await ApiWorld.StartAsync(Call("calculator", new { expression = "6*7" }), Say("It is 42."), Say("It is 43."));
        var (_, run) = await world.PostAsync("/v1/runs", new { agent = "clerk", input = "6 times 7?", background = false });
        var path = $"/v1/runs/{run.GetProperty("id").GetString()}/fork";
        var (status, forked) = await world.PostAsync(path, new { from_step = "s2", overrides = new { tool_results = new[] { new { call_id = "s1_1", text = "43" } } }, background = false });
        Assert.Equal((200, "completed", "It is 43."), (status, forked.GetProperty("status").GetString(), forked.GetProperty("output_text").GetString()));
        Assert.Equal((run.GetProperty("id").GetString(), "s2"), (forked.GetProperty("forked_from").GetProperty("run_id").GetString(), forked.GetProperty("forked_from").GetProperty("step").GetString()));
        var listed = await world.Server.App.Services.GetRequiredService<RunArchive>().ListAsync(world.Owner, new RunFilter { Purpose = RunPurpose.Program }, 0, 10, Cancellation);
        Assert.Equal(2, listed.Total); // both stand in the list as a program's
        Assert.Contains("43", world.Engine.Asked.Last().GetProperty("messages").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(400, (await world.PostAsync(path, new { from_step = "s9" })).Status);
        (status, var again) = await world.PostAsync(path, new { recorded = true, overrides = new { question = "And now?" }, background = false });
        Assert.Equal((200, "completed"), (status, again.GetProperty("status").GetString()));
        Assert.Equal(404, (await world.PostAsync($"/v1/runs/{Guid.NewGuid()}/fork", new { })).Status);
    }

    [Fact]
    public async Task A_run_and_a_thread_are_deleted_with_all_that_is_in_them()
    {
        await using var world = await ApiWorld.StartAsync(Say("Fine."));
        var (_, run) = await world.PostAsync("/v1/runs", new { agent = "clerk", input = "6 times 7?", background = false });
        var path = $"/v1/runs/{run.GetProperty("id").GetString()}";
        var (status, deleted) = await world.SendAsync(HttpMethod.Delete, path);
        Assert.Equal((200, "run", true), (status, deleted.GetProperty("object").GetString(), deleted.GetProperty("deleted").GetBoolean()));
        Assert.Equal(404, (await world.GetAsync(path)).Status);
        Assert.Equal(404, (await world.SendAsync(HttpMethod.Delete, path)).Status);

        var (_, first) = await world.PostAsync("/v1/runs", new { agent = "clerk", input = "6 times 7?", background = false });
        var thread = first.GetProperty("thread_id").GetString();
        await world.PostAsync("/v1/runs", new { thread_id = thread, agent = "clerk", input = "And now?", background = false });
        var (conflict, several) = await world.SendAsync(HttpMethod.Delete, $"/v1/runs/{first.GetProperty("id").GetString()}");
        Assert.Equal((409, "run_conflict"), (conflict, several.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(200, (await world.SendAsync(HttpMethod.Delete, $"/v1/threads/{thread}")).Status);
        Assert.Equal(0, (await world.GetAsync("/v1/runs")).Body.GetProperty("data").GetArrayLength());
        Assert.Equal(404, (await world.SendAsync(HttpMethod.Delete, $"/v1/threads/{thread}")).Status);
    }

    [Fact]
    public async Task Runs_of_others_do_not_exist_for_a_key()
    {
        await using var world = await ApiWorld.StartAsync(Say("Fine."));
        Assert.Equal(404, (await world.GetAsync($"/v1/runs/{Guid.NewGuid()}")).Status);
        Assert.Equal(404, (await world.PostAsync($"/v1/runs/{Guid.NewGuid()}/cancel", new { })).Status);
        Assert.Equal(404, (await world.PostAsync("/v1/runs", new { thread_id = Guid.NewGuid(), agent = "clerk", input = "x" })).Status);
        Assert.Equal(400, (await world.PostAsync("/v1/runs", new { thread_id = "x", agent = "clerk", input = "x" })).Status);
        Assert.Equal(400, (await world.PostAsync("/v1/runs", new { agent = "clerk" })).Status);
    }
}
