using Platform.Agents.Definitions;
using Platform.Agents.Testing;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Dates;
using Platform.Fakes;
using Platform.Retrieval.Access;

namespace Platform.Agents.Tests.Testing;

/// <summary>What a test of an agent is run with beside its question: a test is red for what the agent does, not for the day or for what was noted since.</summary>
public sealed class RecordedSurroundingsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_test_has_the_day_and_the_memory_of_the_run_that_it_was_made_from()
    {
        var chat = ScriptedChatClient.Saying("27 days.");
        await using var rig = await AgentsRig.StartAsync(chat);
        AgentDefinition clerk = new() { Name = "Clerk", Slug = "clerk", Instructions = "Today is {{date}}.", Memory = new(MemoryScope.User) };
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, clerk, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
        await rig.Memories.AddAsync(AgentsRig.Anna, agent.Id, "Days of annual leave: Anna took five days of annual leave.", shared: false, Cancellation);
        var run = await rig.LetAsync(clerk, id: agent.Id);
        await rig.EventsAsync(run);
        var draft = (await rig.Tests.SuggestAsync(AgentsRig.Anna, run.Id, Cancellation)).Case;
        Assert.NotNull(draft.Moment);
        Assert.Contains("five days", Assert.Single(draft.Remembered!).Text, StringComparison.Ordinal);

        await rig.Memories.AddAsync(AgentsRig.Anna, agent.Id, "Days of annual leave: Anna took nine days of annual leave.", shared: false, Cancellation);
        var suite = await rig.Tests.CreateSuiteAsync(AgentsRig.Anna, agent.Id, "Leave", Cancellation);
        await rig.Tests.SaveAsync(AgentsRig.Anna, suite.Id, null, draft with { Moment = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero) }, Cancellation);
        var started = await rig.Suites.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), suite.Id, []), "Anna", Cancellation);
        await AgentsRig.UntilAsync(async () => (await rig.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).Status == SuiteRunStatus.Completed);
        var sent = chat.Requests.Last()[0].Text;
        Assert.StartsWith("## Instructions\nToday is 2026-03-02.", sent, StringComparison.Ordinal);
        Assert.Contains("five days", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("nine days", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_of_a_run_with_recorded_results_has_the_day_of_the_run_that_they_are_of()
    {
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying("27 days."));
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, new() { Name = "Clerk", Slug = "clerk" }, Cancellation);
        var run = await rig.LetAsync(new() { Name = "Clerk", Slug = "clerk" }, id: agent.Id);
        await rig.EventsAsync(run);
        var again = await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), Recorded: true), Cancellation);
        await rig.EventsAsync(again);
        Assert.Equal(await BegunAsync(run.Id), (await rig.Tests.SuggestAsync(AgentsRig.Anna, again.Id, Cancellation)).Case.Moment);

        var live = await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), "s1"), Cancellation);
        await rig.EventsAsync(live);
        Assert.Equal(await BegunAsync(live.Id), (await rig.Tests.SuggestAsync(AgentsRig.Anna, live.Id, Cancellation)).Case.Moment);

        async Task<DateTimeOffset> BegunAsync(Guid id) => (await rig.Runs.GetAsync(AgentsRig.Anna, id, Cancellation)).CreatedAt;
    }

    [Fact]
    public async Task The_tool_of_dates_takes_the_moment_that_it_is_given_for_now()
    {
        ToolScope scope = new(new Caller("ana", IsAdministrator: false), Guid.NewGuid(), []) { AsOf = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero) };
        var told = await new DateTimeTool(TimeProvider.System).RunAsync(System.Text.Json.JsonElement.Parse("""{"action":"now"}"""), scope, Cancellation);
        Assert.Contains("2026-03-02", told.Data!.Value.GetRawText(), StringComparison.Ordinal);
    }
}
