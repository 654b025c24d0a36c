using static Platform.Web.Tests.Api.ScriptedEngine;

namespace Platform.Web.Tests.Api;

/// <summary>/v1/schedules on the real server.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task A_schedule_is_made_changed_run_by_hand_and_deleted_and_its_run_is_the_owners()
    {
        await using var world = await ApiWorld.StartAsync(Say("All is well."));
        var (made, schedule) = await world.PostAsync("/v1/schedules", new { name = "Report", agent = "clerk", input = "How are things?", cron = "0 8 * * mon-fri", time_zone = "Europe/Berlin", missed = "once" });
        Assert.Equal((201, "clerk", "once", "skip", true), (made, schedule.GetProperty("agent").GetString(), schedule.GetProperty("missed").GetString(), schedule.GetProperty("overlap").GetString(), schedule.GetProperty("enabled").GetBoolean()));
        Assert.True(schedule.GetProperty("next_at").GetInt64() > 0);
        var path = $"/v1/schedules/{schedule.GetProperty("id").GetString()}";

        var (changed, off) = await world.PostAsync(path, new { enabled = false });
        Assert.Equal((200, "Report", false, System.Text.Json.JsonValueKind.Null), (changed, off.GetProperty("name").GetString(), off.GetProperty("enabled").GetBoolean(), off.GetProperty("next_at").ValueKind));
        Assert.Equal(202, (await world.PostAsync($"{path}/run", new { })).Status);
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(50, TestContext.Current.CancellationToken))
        {
            var entry = (await world.GetAsync($"{path}/history")).Body.GetProperty("data")[0];
            if (entry.GetProperty("run_status").GetString() == "completed")
            {
                Assert.Equal(("started", true), (entry.GetProperty("outcome").GetString(), entry.GetProperty("by_hand").GetBoolean()));
                Assert.Equal("All is well.", (await world.GetAsync($"/v1/runs/{entry.GetProperty("run_id").GetString()}")).Body.GetProperty("output_text").GetString());
                break;
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"The schedule was not run in time: {entry}");
        }

        Assert.Equal(400, (await world.PostAsync(path, new { cron = "every day" })).Status);
        Assert.Equal(400, (await world.PostAsync(path, new { overlap = "queue" })).Status);
        Assert.Equal(404, (await world.PostAsync("/v1/schedules", new { name = "x", agent = "absent", input = "x", cron = "* * * * *" })).Status);
        Assert.Equal(200, (await world.SendAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal(404, (await world.GetAsync(path)).Status);
        Assert.Equal(0, (await world.GetAsync("/v1/schedules")).Body.GetProperty("data").GetArrayLength());
    }
}
