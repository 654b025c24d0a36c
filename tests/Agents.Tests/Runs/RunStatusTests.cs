using Microsoft.Extensions.AI;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Fakes;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Runs;

/// <summary>The states of a run between a stop and its end, and of one that nobody decided on.</summary>
public sealed class RunStatusTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_was_asked_to_stop_is_cancelling_until_it_has_ended()
    {
        TaskCompletionSource calling = new(TaskCreationOptions.RunContinuationsAsynchronously), go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RecordingTool send = new("send", ToolEffects.Writes, async (_, _, _) =>
        {
            calling.SetResult();
            await go.Task; // it does not hear that it is to stop
            return ToolOutcome.Of("sent");
        });
        await using var rig = await AgentsRig.StartAsync(Deciding(Call("send", new { text = "mail" }), new TextContent("Never.")), tools: [new RecordingTool("look"), send]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk);
        await calling.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        var stopping = rig.Runs.CancelAsync(AgentsRig.Anna, run.Id, Cancellation);
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status == RunStatus.Cancelling);
        Assert.Single((await rig.Archive.ListAsync(AgentsRig.Anna, new(RunStatus.Cancelling), 0, 10, Cancellation)).Runs);
        Assert.Empty((await rig.Archive.ListAsync(AgentsRig.Anna, new(RunStatus.InProgress), 0, 10, Cancellation)).Runs);
        go.SetResult();
        await stopping;
        var events = await rig.EventsAsync(run);
        Assert.Equal(["cancelling", "cancelled"], events.Where(e => e.Name == "run.status").Select(e => e.Read<RunStatusData>().Status).TakeLast(2));
        Assert.Equal(RunStatus.Cancelled, (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status);
        Assert.Equal(RunStatus.Cancelling, RunTrace.Of(events.TakeWhile(e => !e.Data.Contains("\"cancelled\"", StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task A_run_whose_plan_nobody_decided_on_in_time_is_expired()
    {
        ManualClock clock = new();
        const string Plan = """{"steps":[{"id":"a","goal":"Look","tool":"look","inputs":{"text":"leave"},"depends_on":[],"done_when":""}]}""";
        RecordingTool look = new("look");
        await using var rig = await AgentsRig.StartAsync(Deciding(new TextContent(Plan)), tools: [look, new RecordingTool("send")], process: new(Clock: clock));
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Planning = PlanningMode.AskBeforePlan });
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status == RunStatus.RequiresAction);
        var asked = Assert.Single(await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation));
        clock.Advance(asked.ExpiresAt - clock.GetUtcNow());
        await rig.Approvals.ExpireAsync(Cancellation);
        var events = await rig.EventsAsync(run);
        Assert.Equal(("expired", "Nobody approved the plan in time, and it was not carried out."), (events[^2].Read<RunStatusData>().Status, events[^1].Read<TextData>().Text));
        Assert.Equal((RunStatus.Expired, RunStatus.Expired), ((await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status, RunTrace.Of(events).Status));
        Assert.Empty(look.Calls);
    }
}
