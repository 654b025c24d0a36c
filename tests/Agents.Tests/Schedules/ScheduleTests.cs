using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Schedules;
using Platform.Fakes;
using Platform.Retrieval;

namespace Platform.Agents.Tests.Schedules;

public sealed class ScheduleTests
{
    private static readonly DateTimeOffset Morning = new(2026, 11, 22, 7, 59, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_time_that_comes_starts_one_run_of_what_is_published_by_then()
    {
        ManualClock clock = new(Morning);
        var chat = ScriptedChatClient.Saying("Fine.");
        await using var rig = await AgentsRig.StartAsync(chat, process: new(Clock: clock));
        var schedule = await ScheduledAsync(rig, cron: "0 8 * * *", zone: "UTC");
        Assert.Equal(Morning.AddMinutes(1), schedule.NextAt);
        await rig.ScheduleHost.LookAsync(Cancellation);
        Assert.Empty(await rig.Schedules.HistoryAsync(AgentsRig.Anna, schedule.Id, Cancellation));

        await rig.Agents.SaveDraftAsync(AgentsRig.Anna, schedule.Settings.AgentId, Clerk with { Instructions = "Report on {{weekday}}." }, null, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, schedule.Settings.AgentId, "", Cancellation);
        clock.Advance(TimeSpan.FromMinutes(1));
        await rig.ScheduleHost.LookAsync(Cancellation);
        await rig.ScheduleHost.LookAsync(Cancellation);
        var entry = Assert.Single(await rig.Schedules.HistoryAsync(AgentsRig.Anna, schedule.Id, Cancellation));
        Assert.Equal((ScheduleOutcome.Started, Morning.AddMinutes(1), 0, false), (entry.Outcome, entry.DueAt, entry.Missed, entry.ByHand));
        await EndedAsync(rig, entry);
        Assert.Contains("Report on Sunday.", chat.Requests.Single()[0].Text, StringComparison.Ordinal);
        var shown = await rig.Schedules.GetAsync(AgentsRig.Anna, schedule.Id, Cancellation);
        Assert.Equal((Morning.AddMinutes(1).AddDays(1), RunStatus.Completed, "Clerk"), (shown.NextAt, shown.Last!.Status, shown.Agent));
        Assert.Empty(await rig.Conversations.ListAsync(AgentsRig.Anna, null, Cancellation)); // runs of schedules stand in no list of conversations
    }

    [Theory]
    [InlineData(MissedRule.Skip, ScheduleOutcome.Missed, 3)]
    [InlineData(MissedRule.Once, ScheduleOutcome.Started, 2)]
    public async Task Times_that_passed_while_nothing_ran_are_left_out_or_made_up_for_by_one_run(MissedRule rule, ScheduleOutcome outcome, int missed)
    {
        ManualClock clock = new(Morning);
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying("Fine."), process: new(Clock: clock));
        var schedule = await ScheduledAsync(rig, cron: "0 * * * *", missed: rule);
        clock.Advance(TimeSpan.FromHours(2.5)); // 8, 9 and 10 o'clock went by
        await rig.ScheduleHost.LookAsync(Cancellation);
        var entry = Assert.Single(await rig.Schedules.HistoryAsync(AgentsRig.Anna, schedule.Id, Cancellation));
        Assert.Equal((outcome, missed, Morning.AddMinutes(121)), (entry.Outcome, entry.Missed, entry.DueAt));
        Assert.Equal(Morning.AddMinutes(181), (await rig.Schedules.GetAsync(AgentsRig.Anna, schedule.Id, Cancellation)).NextAt);
    }

    [Fact]
    public async Task A_time_that_comes_while_the_models_are_waited_for_is_not_missed()
    {
        ManualClock clock = new(Morning);
        Acting.AgentRestartTests.GivenReady models = new();
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying("Fine."), process: new(Clock: clock, Ready: models));
        var schedule = await ScheduledAsync(rig, cron: "0 8 * * *");
        await rig.ScheduleHost.StartAsync(Cancellation);
        await models.Asked.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        clock.Advance(TimeSpan.FromMinutes(5)); // longer than what counts as busy
        models.Answers.SetResult();
        await AgentsRig.UntilAsync(async () => (await rig.Schedules.HistoryAsync(AgentsRig.Anna, schedule.Id, Cancellation)) is [{ Outcome: not ScheduleOutcome.Starting }]);
        await rig.ScheduleHost.StopAsync(Cancellation);
        Assert.Equal(ScheduleOutcome.Started, Assert.Single(await rig.Schedules.HistoryAsync(AgentsRig.Anna, schedule.Id, Cancellation)).Outcome);
    }

    [Theory]
    [InlineData(OverlapRule.Skip, ScheduleOutcome.Overlapped)]
    [InlineData(OverlapRule.Allow, ScheduleOutcome.Started)]
    public async Task A_time_at_which_the_last_run_still_goes_on_is_left_out_or_run_beside_it(OverlapRule rule, ScheduleOutcome outcome)
    {
        using Gate gate = new();
        ManualClock clock = new(Morning);
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Fine."), process: new(Clock: clock));
        var schedule = await ScheduledAsync(rig, cron: "* * * * *", overlap: rule);
        for (var i = 0; i < 2; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await rig.ScheduleHost.LookAsync(Cancellation);
        }
        Assert.Equal([outcome, ScheduleOutcome.Started], (await rig.Schedules.HistoryAsync(AgentsRig.Anna, schedule.Id, Cancellation)).Select(entry => entry.Outcome));
        gate.Let(2);
    }

    [Fact]
    public async Task What_was_noted_before_a_crash_is_started_once_by_the_next_start()
    {
        await using var first = await AgentsRig.StartAsync(ScriptedChatClient.Saying("Fine."));
        var schedule = await ScheduledAsync(first, cron: "0 0 1 1 *");
        await first.Schedules.RunNowAsync(AgentsRig.Anna, schedule.Id, Cancellation); // noted, and the program ends
        await using var second = await first.RestartAsync(chat: ScriptedChatClient.Saying("Fine."));
        await second.ScheduleHost.LookAsync(Cancellation);
        await second.ScheduleHost.LookAsync(Cancellation);
        await first.ScheduleHost.LookAsync(Cancellation);
        var entry = Assert.Single(await second.Schedules.HistoryAsync(AgentsRig.Anna, schedule.Id, Cancellation));
        Assert.Equal((ScheduleOutcome.Started, true), (entry.Outcome, entry.ByHand));
        await EndedAsync(second, entry);
        Assert.Equal(1, (await second.Archive.ListAsync(AgentsRig.Anna, new RunFilter(), 0, 10, Cancellation)).Total);
    }

    [Fact]
    public async Task Whose_owner_or_agent_is_gone_starts_nothing_and_says_why()
    {
        ManualClock clock = new(Morning);
        await using var rig = await AgentsRig.StartAsync(process: new(Clock: clock));
        var schedule = await ScheduledAsync(rig, cron: "* * * * *");
        rig.Owners.Gone.Add(AgentsRig.Anna.UserId);
        clock.Advance(TimeSpan.FromMinutes(1));
        await rig.ScheduleHost.LookAsync(Cancellation);
        rig.Owners.Gone.Clear();
        await rig.Agents.DeleteAsync(AgentsRig.Anna, schedule.Settings.AgentId, Cancellation);
        clock.Advance(TimeSpan.FromMinutes(1));
        await rig.ScheduleHost.LookAsync(Cancellation);
        var history = await rig.Schedules.HistoryAsync(AgentsRig.Anna, schedule.Id, Cancellation);
        Assert.Equal([ScheduleOutcome.Refused, ScheduleOutcome.Refused], history.Select(entry => entry.Outcome));
        Assert.Equal([ScheduleRefusal.AgentGone, ScheduleRefusal.OwnerGone], history.Select(entry => entry.Reason));
        Assert.All(history, entry => Assert.Null(entry.RunId));
    }

    [Fact]
    public async Task A_run_that_goes_on_is_found_however_many_times_were_left_out_for_it()
    {
        ManualClock clock = new(Morning);
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Deciding(ScriptedChatClient.Call("send", new { text = "mail" })), process: new(Clock: clock), tools: [new Acting.RecordingTool("send")]);
        var schedule = await ScheduledAsync(rig, cron: "* * * * *");
        await rig.Agents.SaveDraftAsync(AgentsRig.Anna, schedule.Settings.AgentId, Clerk with { Tools = [new("send", ToolPolicy.Ask)] }, null, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, schedule.Settings.AgentId, "", Cancellation);
        clock.Advance(TimeSpan.FromMinutes(1));
        await rig.ScheduleHost.LookAsync(Cancellation);
        await AgentsRig.UntilAsync(async () => await rig.Approvals.CountAsync(AgentsRig.Anna, Cancellation) == 1); // it waits for a person, who takes their time
        for (var i = 0; i < ScheduleLibrary.MostEntries + 3; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await rig.ScheduleHost.LookAsync(Cancellation);
        }
        Assert.Equal(1, (await rig.Archive.ListAsync(AgentsRig.Anna, new RunFilter(), 0, 10, Cancellation)).Total);
        Assert.Equal(ScheduleOutcome.Overlapped, (await rig.Schedules.HistoryAsync(AgentsRig.Anna, schedule.Id, Cancellation))[0].Outcome);
    }

    [Fact]
    public async Task Of_more_times_than_are_counted_the_last_one_is_judged()
    {
        ManualClock clock = new(Morning);
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying("Fine."), process: new(Clock: clock));
        var schedule = await ScheduledAsync(rig, cron: "* * * * *");
        clock.Advance(TimeSpan.FromHours(20) + TimeSpan.FromSeconds(30)); // 1,200 times went by, the last half a minute ago
        await rig.ScheduleHost.LookAsync(Cancellation);
        var entry = Assert.Single(await rig.Schedules.HistoryAsync(AgentsRig.Anna, schedule.Id, Cancellation));
        Assert.Equal((ScheduleOutcome.Started, Morning.AddHours(20), 999), (entry.Outcome, entry.DueAt, entry.Missed));
    }

    [Fact]
    public async Task A_schedule_whose_agent_is_gone_can_be_switched_off()
    {
        await using var rig = await AgentsRig.StartAsync();
        var schedule = await ScheduledAsync(rig, cron: "* * * * *");
        await rig.Agents.DeleteAsync(AgentsRig.Anna, schedule.Settings.AgentId, Cancellation);
        Assert.Null((await rig.Schedules.ChangeAsync(AgentsRig.Anna, schedule.Id, schedule.Settings with { Enabled = false }, Cancellation)).NextAt);
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Schedules.ChangeAsync(AgentsRig.Anna, schedule.Id, schedule.Settings, Cancellation));
    }

    [Fact]
    public async Task A_change_of_what_was_changed_meanwhile_is_refused_and_takes_nothing_back()
    {
        ManualClock clock = new(Morning);
        await using var rig = await AgentsRig.StartAsync(process: new(Clock: clock));
        var seen = await ScheduledAsync(rig, cron: "0 8 * * *");
        clock.Advance(TimeSpan.FromSeconds(1));
        var changed = await rig.Schedules.ChangeAsync(AgentsRig.Anna, seen.Id, seen.Settings with { Cron = "0 9 * * *" }, Cancellation, seen.UpdatedAt);
        Assert.Equal("updatedAt", (await Assert.ThrowsAsync<FieldException>(() => rig.Schedules.ChangeAsync(AgentsRig.Anna, seen.Id, seen.Settings with { Name = "Other" }, Cancellation, seen.UpdatedAt))).Field);
        Assert.Equal(changed.Settings, (await rig.Schedules.GetAsync(AgentsRig.Anna, seen.Id, Cancellation)).Settings);
        await rig.Schedules.ChangeAsync(AgentsRig.Anna, seen.Id, changed.Settings with { Name = "Other" }, Cancellation, changed.UpdatedAt);
    }

    [Fact]
    public async Task A_schedule_is_its_owners_and_takes_only_what_is_allowed()
    {
        await using var rig = await AgentsRig.StartAsync();
        var schedule = await ScheduledAsync(rig, cron: "0 8 * * *");
        var settings = schedule.Settings;
        foreach (var (wrong, field) in new[] { (settings with { Name = " " }, "name"), (settings with { Input = "" }, "input"), (settings with { Cron = "8 o'clock" }, "cron"), (settings with { TimeZone = "Mars/Olympus" }, "timeZone") })
            Assert.Equal(field, (await Assert.ThrowsAnyAsync<FieldException>(() => rig.Schedules.CreateAsync(AgentsRig.Anna, wrong, Cancellation))).Field);
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Schedules.CreateAsync(AgentsRig.Anna, settings with { Missed = (MissedRule)9 }, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Schedules.CreateAsync(AgentsRig.Anna, settings with { AgentId = Guid.NewGuid() }, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Schedules.GetAsync(AgentsRig.Boris, schedule.Id, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Schedules.ChangeAsync(AgentsRig.Boris, schedule.Id, settings, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Schedules.RunNowAsync(AgentsRig.Boris, schedule.Id, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Schedules.DeleteAsync(AgentsRig.Boris, schedule.Id, Cancellation));
        Assert.Null((await rig.Schedules.ChangeAsync(AgentsRig.Anna, schedule.Id, settings with { Enabled = false }, Cancellation)).NextAt);
        Assert.Equal(3, rig.Schedules.Preview("0 8 * * *", "Europe/Berlin", 3).Count);
        await rig.Schedules.DeleteAsync(AgentsRig.Anna, schedule.Id, Cancellation);
        Assert.Empty(await rig.Schedules.ListAsync(AgentsRig.Anna, Cancellation));
    }

    internal static readonly AgentDefinition Clerk = new() { Name = "Clerk", Slug = "clerk", Instructions = "Report." };

    internal static async Task<Schedule> ScheduledAsync(AgentsRig rig, string cron, string zone = "UTC", MissedRule missed = MissedRule.Skip, OverlapRule overlap = OverlapRule.Skip)
    {
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
        return await rig.Schedules.CreateAsync(AgentsRig.Anna, new("Report", agent.Id, "How are things?", cron, zone, missed, overlap), Cancellation);
    }

    internal static Task EndedAsync(AgentsRig rig, ScheduleEntry entry) =>
        AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, entry.RunId!.Value, Cancellation)).EndedAt is not null);
}
