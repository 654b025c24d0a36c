using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Agents.Definitions;
using Platform.Agents.Testing;
using Platform.Retrieval.Access;
using Platform.Web.Features.Keys;
using static Platform.Web.Tests.Api.ScriptedEngine;

namespace Platform.Web.Tests.Api;

/// <summary>/v1/suites on the real server.</summary>
public sealed class SuiteTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_lists_suites_starts_one_and_reads_its_table_and_what_is_not_there_is_refused_with_what_is()
    {
        await using var world = await ApiWorld.StartAsync(Say("It is 42."), Say("It is 43."));
        var services = world.Server.App.Services;
        var agent = (await services.GetRequiredService<AgentLibrary>().ListAsync(world.Owner, Cancellation)).Single();
        var library = services.GetRequiredService<TestLibrary>();
        var suite = await library.CreateSuiteAsync(world.Owner, agent.Id, "Sums", Cancellation);
        var right = await library.SaveAsync(world.Owner, suite.Id, null, new("Right", "6*7?", [], [], [new(ExpectationKind.Contains, "42"), new(ExpectationKind.ToolNotCalled, Tool: "date_time")]), Cancellation);
        await library.SaveAsync(world.Owner, suite.Id, null, new("Not run", "1+1?", [], [], [new(ExpectationKind.Contains, "2")]), Cancellation);

        var listed = (await world.GetAsync("/v1/suites")).Body.GetProperty("data")[0];
        Assert.Equal((suite.Id.ToString(), "Sums", "clerk", 2), (listed.GetProperty("id").GetString(), listed.GetProperty("name").GetString(), listed.GetProperty("agent").GetString(), listed.GetProperty("test_count").GetInt32()));
        var path = $"/v1/suites/{suite.Id}";
        Assert.Equal(["Right", "Not run"], (await world.GetAsync(path)).Body.GetProperty("tests").EnumerateArray().Select(test => test.GetProperty("name").GetString()));

        foreach (var (target, param) in new (object, string)[] { (new { model = "nope" }, "targets[0].model"), (new { adapters = new[] { new { name = "nope" } } }, "targets[0].adapters[0].name") })
        {
            var (status, refused) = await world.PostAsync($"{path}/runs", new { targets = new[] { target } });
            Assert.Equal((400, param), (status, refused.GetProperty("error").GetProperty("param").GetString()));
        }
        Assert.Equal(0, (await world.GetAsync($"{path}/runs")).Body.GetProperty("data").GetArrayLength());

        var id = Guid.NewGuid();
        Assert.Equal(202, (await world.PostAsync($"{path}/runs", new { run_id = id, tests = new[] { right.Id } })).Status);
        Assert.Equal(202, (await world.PostAsync($"{path}/runs", new { run_id = id, tests = new[] { right.Id } })).Status); // the same, not another
        var done = await UntilEndedAsync(world, $"{path}/runs/{id}");
        var cell = Assert.Single(done.GetProperty("results").EnumerateArray());
        Assert.Equal(("completed", 1, 1, 1), (done.GetProperty("status").GetString(), done.GetProperty("agent_version").GetInt32(), done.GetProperty("passed").GetInt32(), done.GetProperty("total").GetInt32()));
        Assert.Equal(("Right", "passed", "It is 42."), (cell.GetProperty("test").GetString(), cell.GetProperty("outcome").GetString(), cell.GetProperty("output_text").GetString()));
        Assert.Equal(["contains", "tool_not_called"], cell.GetProperty("judged").EnumerateArray().Select(judged => judged.GetProperty("kind").GetString()));
        Assert.Equal(1, (await world.GetAsync($"{path}/runs")).Body.GetProperty("data").GetArrayLength());
        Assert.Equal(404, (await world.GetAsync($"/v1/suites/{Guid.NewGuid()}/runs/{id}")).Status);

        var (_, narrow) = await services.GetRequiredService<ApiKeys>().CreateAsync(world.Owner, new("chat only", [KeyScopes.Chat]), Cancellation);
        world.Http.DefaultRequestHeaders.Authorization = new("Bearer", narrow);
        Assert.Equal(403, (await world.GetAsync("/v1/suites")).Status);
        Assert.Empty(await library.SuitesAsync(new Caller("somebody else", IsAdministrator: true), null, Cancellation));
    }

    private static async Task<JsonElement> UntilEndedAsync(ApiWorld world, string path)
    {
        for (var start = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(20, Cancellation))
        {
            var (_, body) = await world.GetAsync(path);
            if (body.GetProperty("completed_at").ValueKind != JsonValueKind.Null)
            {
                return body;
            }

            Assert.True(start.Elapsed < TimeSpan.FromSeconds(60), $"The suite has not ended in time: {body}");
        }
    }
}
