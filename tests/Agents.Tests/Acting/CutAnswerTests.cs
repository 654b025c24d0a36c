using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using Platform.Fakes;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Acting;

/// <summary>What is told of an answer beside its words: whether it is whole, and the time that it took.</summary>
public sealed class CutAnswerTests
{
    [Theory]
    [InlineData(600, 1, true, StopReason.MaxTokens)] // the run's tokens, of which a prompt that is estimated too high leaves some
    [InlineData(100_000, 1, true, null)] // the longest answer
    [InlineData(100_000, 3, true, null)]
    [InlineData(600, 1, false, null)]
    public async Task An_answer_in_whose_middle_the_model_was_stopped_says_so(int tokens, int samples, bool isCut, StopReason? reason)
    {
        ScriptedChatClient chat = new((_, _) => new ChatResponseUpdate[]
        {
            new(ChatRole.Assistant, "You have 27 days and"), new() { FinishReason = isCut ? ChatFinishReason.Length : ChatFinishReason.Stop },
            new() { Contents = [new UsageContent(new UsageDetails { InputTokenCount = 100, OutputTokenCount = 300 })] },
        }.ToAsyncEnumerable());
        await using var rig = await AgentsRig.StartAsync(chat);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [], Limits = new(Tokens: tokens), Prompting = new(Samples: samples) });
        var events = await rig.EventsAsync(run);
        Assert.Equal("You have 27 days and", events[^1].Read<TextData>().Text);
        Assert.Equal(isCut ? 300 : null, events.Single(e => e.Name == "usage").Read<AnswerDone>().CutAtTokens);
        Assert.Equal(isCut, events.Last(e => e.Name == "step.completed").Read<StepCompletedData>().IsCut);
        var info = await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, TestContext.Current.CancellationToken);
        Assert.Equal((reason is null ? RunStatus.Completed : RunStatus.Incomplete, reason), (info.Status, info.StopReason));
    }

    [Theory]
    [InlineData(600, RunStatus.Incomplete, StopReason.MaxTokens)]
    [InlineData(100_000, RunStatus.Failed, null)]
    public async Task A_model_that_is_stopped_in_the_middle_of_its_thought_is_not_told_as_one_that_wrote_nothing(int tokens, RunStatus status, StopReason? reason)
    {
        ScriptedChatClient chat = new((_, _) => new ChatResponseUpdate[]
        {
            new() { Contents = [new TextReasoningContent("Let me see. There are")] }, new() { FinishReason = ChatFinishReason.Length },
            new() { Contents = [new UsageContent(new UsageDetails { InputTokenCount = 100, OutputTokenCount = 300 })] },
        }.ToAsyncEnumerable());
        await using var rig = await AgentsRig.StartAsync(chat);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [], Limits = new(Tokens: tokens) });
        var end = (await rig.EventsAsync(run))[^1];
        var info = await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, TestContext.Current.CancellationToken);
        Assert.Equal((status, reason), (info.Status, info.StopReason));
        Assert.Contains(reason is null ? "longest answer" : "tokens", reason is null ? end.Read<ErrorData>().Message : end.Read<TextData>().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_answer_took_is_told_of_all_stretches_of_its_run()
    {
        await using var rig = await AgentsRig.StartAsync(Deciding(Call("look", new { text = "leave" }), Call("send", new { text = "mail" }), new TextContent("Sent.")), tools: [new RecordingTool("look"), new RecordingTool("send", ToolEffects.Writes)], process: new(Clock: new ManualClock()));
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [new("look", ToolPolicy.Always), new("send", ToolPolicy.Ask)], Limits = new(Seconds: 600) });
        Approval? asked = null;
        await AgentsRig.UntilAsync(async () => (asked = (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, TestContext.Current.CancellationToken)).SingleOrDefault()) is not null);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, asked!.Id, new(Approve: true), TestContext.Current.CancellationToken);
        var events = await rig.EventsAsync(run);
        var before = AgentPast.Of(events.TakeWhile(e => e.Name != "approval.resolved")).Worked.TotalMilliseconds; // events have the real time, and the clock that a stretch is measured with stands still
        Assert.Equal(before, events.Single(e => e.Name == "usage").Read<AnswerDone>().Timings.TotalMs, tolerance: 1.0);
    }
}
