using System.Text.Json;
using Platform.Agents.Definitions;
using static Platform.Web.Tests.Api.ScriptedEngine;

namespace Platform.Web.Tests.Api;

/// <summary>What is not taken of runs, approvals and schedules names the field of the request.</summary>
public sealed class RefusalTests
{
    private const string Plan = """{"steps":[{"id":"a","goal":"Add","tool":"calculator","inputs":{"expression":"9*9"},"depends_on":[],"done_when":"known"}]}""";

    [Fact]
    public async Task Each_refusal_of_a_run_and_of_a_schedule_names_its_field()
    {
        await using var world = await ApiWorld.StartAsync(Call("calculator", new { expression = "6*7" }), Say("It is 42."));
        var (_, run) = await world.PostAsync("/v1/runs", new { agent = "clerk", input = "6 times 7?", background = false });
        var fork = $"/v1/runs/{run.GetProperty("id").GetString()}/fork";
        object schedule = new { name = "x", agent = "clerk", input = "x", cron = "0 8 * * *" };
        foreach (var (path, body, status, param) in new (string, object, int, string)[]
        {
            ("/v1/runs", new { agent = "absent", input = "x" }, 404, "agent"),
            ("/v1/runs", new { agent = "clerk", input = "x", version = 1 }, 400, "version"),
            ("/v1/runs", new { agent = "clerk", input = "x", timezone = "UTC" }, 400, "timezone"),
            ("/v1/runs", new { agent = "clerk", input = "x", model = "agent:clerk" }, 400, "model"), // one of them would be left out
            ("/v1/runs", new { input = "x", model = "scripted" }, 400, "model"),
            ($"/v1/runs/{run.GetProperty("id").GetString()}/fork", new { step = "s1" }, 400, "step"),
            ($"/v1/runs/{run.GetProperty("id").GetString()}/fork", new { overrides = new { prompt = "x" } }, 400, "prompt"),
            ("/v1/chat/completions", new { model = "agent:clerk", messages = new[] { new { role = "user", content = "x" } }, stop = "." }, 400, "stop"),
            ("/v1/chat/completions", new { model = "agent:clerk", messages = new[] { new { role = "user", content = "x" } }, max_tokens = 0 }, 400, "max_tokens"),
            ("/v1/chat/completions", new { model = "agent:clerk", messages = new[] { new { role = "user", content = "x" } }, max_completion_tokens = "9" }, 400, "max_completion_tokens"),
            ("/v1/runs", new { agent = "clerk", input = "x", thread_id = Guid.NewGuid() }, 404, "thread_id"),
            ("/v1/runs", new { input = "x", time_zone = "Mars/Olympus" }, 400, "time_zone"), // also where nobody needs it
            ("/v1/runs", new { agent = "clerk", input = new[] { new { role = "user", content = 7 } } }, 400, "input.[0].content"),
            ("/v1/chat/completions", new { model = "agent:absent", messages = new[] { new { role = "user", content = "x" } } }, 404, "model"),
            ("/v1/chat/completions", new { model = "agent:clerk", messages = new[] { new { role = "user", content = 7 } } }, 400, "messages.[0].content"),
            (fork, new { from_step = "s9" }, 400, "from_step"),
            (fork, new { overrides = new { tool_results = new[] { new { call_id = "s9_1", text = "x" } } } }, 400, "overrides.tool_results[0].call_id"),
            (fork, new { overrides = new { model = "nope" } }, 400, "overrides.model"),
            (fork, new { overrides = new { adapters = new[] { new { name = "nope" } } } }, 400, "overrides.adapters[0].name"),
            ("/v1/schedules", new { name = "", agent = "clerk", input = "x", cron = "0 8 * * *" }, 400, "name"),
            ("/v1/schedules", new { name = "x", agent = "absent", input = "x", cron = "0 8 * * *" }, 404, "agent"),
            ("/v1/schedules", new { name = "x", agent = "clerk", input = "x", cron = "every day" }, 400, "cron"),
            ("/v1/schedules", new { name = "x", agent = "clerk", input = "x", cron = "0 8 * * *", time_zone = "Mars/Olympus" }, 400, "time_zone"),
        })
        {
            var (given, answer) = await world.PostAsync(path, body);
            Assert.Equal((status, param), (given, answer.GetProperty("error").GetProperty("param").GetString()));
        }

        Assert.Equal("The field 'name' must not be empty.", Error(await world.PostAsync("/v1/schedules", new { name = "", agent = "clerk", input = "x", cron = "0 8 * * *" })).GetProperty("message").GetString());
        Assert.Contains("thread", Error(await world.PostAsync("/v1/runs", new { agent = "clerk", input = "x", thread_id = Guid.NewGuid() })).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(201, (await world.PostAsync("/v1/schedules", schedule)).Status);
    }

    [Fact]
    public async Task A_plan_is_decided_on_in_the_names_of_the_api_and_what_was_allowed_is_told()
    {
        await using var world = await ApiWorld.StartAsync(Say(Plan), Say("It is 90."));
        await world.PublishAsync(ApiWorld.Clerk with { Slug = "planner", Planning = PlanningMode.AskBeforePlan });
        var (_, run) = await world.PostAsync("/v1/runs", new { agent = "planner", input = "9 times 9?", background = false });
        var id = run.GetProperty("required_action").GetProperty("approvals")[0].GetString();
        foreach (var (steps, param) in new (object, string)[]
        {
            ("x", "arguments.steps"),
            (new[] { new { id = "p1", goal = "Add", tool = "nope" } }, "arguments.steps[0].tool"),
            (new[] { new { id = "p1", goal = "Add", tool = "calculator", inputs = new { foo = 1 } } }, "arguments.steps[0].inputs"),
            (new[] { new { id = "p1", goal = "Add", tool = "calculator", depends_on = "p0" } }, "arguments.steps[0].depends_on"),
        })
            Assert.Equal(param, Error(await world.PostAsync($"/v1/approvals/{id}", new { decision = "approve", arguments = new { steps } })).GetProperty("param").GetString());

        var (status, decided) = await world.PostAsync($"/v1/approvals/{id}", new { decision = "approve", arguments = new { steps = new[] { new { id = "p1", goal = "Add", tool = "calculator", inputs = new { expression = "9*10" } } } } });
        Assert.Equal((200, "9*9", "9*10"), (status, Expression(decided, "arguments"), Expression(decided, "approved_arguments")));
        Assert.Equal(0, decided.GetProperty("approved_arguments").GetProperty("steps")[0].GetProperty("depends_on").GetArrayLength());
        Assert.Equal("9*10", Expression((await world.GetAsync("/v1/approvals?status=all")).Body.GetProperty("data")[0], "approved_arguments"));
        Assert.Equal("It is 90.", (await world.UntilAsync(run.GetProperty("id").GetString()!, "completed")).GetProperty("output_text").GetString());
        Assert.Equal(409, (await world.PostAsync($"/v1/approvals/{id}", new { decision = "approve", arguments = new { steps = "x" } })).Status);
        var asked = (await world.EventsAsync(run.GetProperty("id").GetString()!)).Single(happened => happened.Name == "approval.requested").Data;
        Assert.Equal(0, asked.GetProperty("data").GetProperty("effects").GetArrayLength());
    }

    private static string? Expression(JsonElement approval, string which) => approval.GetProperty(which).GetProperty("steps")[0].GetProperty("inputs").GetProperty("expression").GetString();

    private static JsonElement Error((int Status, JsonElement Body) answer) => answer.Body.GetProperty("error");
}
