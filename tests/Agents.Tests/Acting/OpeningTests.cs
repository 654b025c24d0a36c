using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Fakes;

namespace Platform.Agents.Tests.Acting;

/// <summary>What a run looks up before its first decision takes of its time, is told, and can be stopped.</summary>
public sealed class OpeningTests
{
    private static readonly AgentDefinition Mindful = AgentLoopTests.Clerk with { Tools = [], Memory = new(MemoryScope.User), Limits = new(Seconds: 10) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, RunStatus.Incomplete, StopReason.Timeout)]
    [InlineData(true, RunStatus.Cancelled, null)]
    public async Task A_run_that_hangs_before_its_first_decision_ends_at_its_time_or_when_it_is_stopped(bool stops, RunStatus status, StopReason? reason)
    {
        ManualClock clock = new();
        TaskCompletionSource recalling = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying("Never."), process: new(Clock: clock));
        var id = (await rig.Agents.CreateAsync(AgentsRig.Anna, Mindful, Cancellation)).Id;
        await rig.Memories.AddAsync(AgentsRig.Anna, id, "Likes tea.", shared: false, Cancellation);
        rig.Embeddings.OnBatch = async (_, cancellation) =>
        {
            recalling.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        };
        var run = await rig.LetAsync(Mindful, id: id);
        await recalling.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        if (stops)
            await rig.Runs.CancelAsync(AgentsRig.Anna, run.Id, Cancellation);
        else
            clock.Advance(TimeSpan.FromSeconds(11));
        var events = await rig.EventsAsync(run);

        var info = await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation);
        Assert.Equal((status, reason), (info.Status, info.StopReason));
        var told = events.Where(e => e.Name == "run.status").Select(e => e.Read<RunStatusData>().Status).ToList();
        Assert.Contains("preparing", told);
        Assert.DoesNotContain("writing", told);
        Assert.Equal(stops ? "" : "The agent worked the 10 seconds that it may work and has no answer yet.", events[^1].Read<TextData>().Text);
        Assert.Equal(!stops, events.Any(e => e.Name == "usage" && e.Read<AnswerDone>().IsUnanswered));
    }

    [Fact]
    public void A_run_that_is_taken_up_at_its_limit_has_three_seconds_to_look_up_what_it_answers_with()
    {
        ManualClock clock = new();
        RunLimit limit = new(new(Seconds: 10), AgentPast.Of([]), clock);
        Assert.Equal(10, limit.Opening.TotalSeconds, 0.01);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(3, limit.Opening.TotalSeconds, 0.01);
    }
}
