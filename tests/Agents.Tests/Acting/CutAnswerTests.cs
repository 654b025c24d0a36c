using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using Platform.Fakes;
using Platform.ModelHost.Client;
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

    /// <summary>An engine that does not keep to what it was let write.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_model_that_never_ends_is_read_no_further_than_it_may_write(bool asThought)
    {
        ScriptedChatClient chat = new((_, cancellation) => SayAsync(cancellation));
        await using var rig = await AgentsRig.StartAsync(chat);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [], Model = AgentLoopTests.Clerk.Model with { MaxTokens = 400 } });
        var events = await rig.EventsAsync(run);
        var step = events.Single(e => e.Name == "step.completed").Read<StepCompletedData>();
        Assert.Equal((true, 400, asThought ? 0 : 6400), (step.IsCut, step.CompletionTokens, step.Text.Length));
        Assert.Equal(asThought ? RunStatus.Failed : RunStatus.Completed, (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, TestContext.Current.CancellationToken)).Status);

        async IAsyncEnumerable<ChatResponseUpdate> SayAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                await Task.Yield();
                yield return new(ChatRole.Assistant, [asThought ? new TextReasoningContent("And so on. ") : new TextContent("And so on. ")]);
            }
        }
    }

    /// <summary>An engine that writes a call without end, and another that tells fewer tokens than its call can be.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_call_holds_counts_as_what_an_answer_does(bool isEndless)
    {
        var asked = 0;
        RecordingTool look = new("look");
        ScriptedChatClient chat = new((_, cancellation) => SayAsync(++asked, cancellation));
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [new("look", ToolPolicy.Always)], Model = AgentLoopTests.Clerk.Model with { MaxTokens = 400 } });
        var events = await rig.EventsAsync(run);
        var step = events.First(e => e.Name == "step.completed").Read<StepCompletedData>();
        Assert.Equal((isEndless, isEndless ? 400 : 300, "look"), (step.IsCut, step.CompletionTokens, Assert.Single(step.Calls).Tool));
        Assert.Equal((isEndless, isEndless ? 0 : 1), (step.Calls[0].Fault is not null, look.Calls.Count)); // half a call is none, and the model is told so
        Assert.Equal("It is 27 days.", events[^1].Read<TextData>().Text);

        async IAsyncEnumerable<ChatResponseUpdate> SayAsync(int nth, [EnumeratorCancellation] CancellationToken cancellation)
        {
            for (var part = 0; nth == 1 && (isEndless || part < 48); part++)
            {
                cancellation.ThrowIfCancellationRequested();
                await Task.Yield();
                yield return new() { AdditionalProperties = new() { [ChatUpdateKeys.CallProgress] = new CallProgress("look", 100) } };
            }
            yield return new(ChatRole.Assistant, [nth == 1 ? Call("look", new { text = "leave" }) : new TextContent("It is 27 days.")]);
            yield return new() { Contents = [new UsageContent(new UsageDetails { InputTokenCount = 100, OutputTokenCount = 20 })] };
        }
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

    /// <summary>The first decision calls; the second answers, and is cut at what is left beside the answer after it.</summary>
    [Fact]
    public async Task An_answer_that_is_cut_for_the_sake_of_the_one_after_it_is_asked_for_with_all_that_is_left()
    {
        var asked = 0;
        ScriptedChatClient chat = new((_, _) => new ChatResponseUpdate[]
        {
            new(ChatRole.Assistant, asked++ == 0 ? [Call("look", new { text = "leave" })] : [new TextContent(asked == 2 ? "You have" : "You have 27 days.")]),
            new() { FinishReason = asked == 2 ? ChatFinishReason.Length : ChatFinishReason.Stop },
            new() { Contents = [new UsageContent(new UsageDetails { InputTokenCount = 600, OutputTokenCount = 20 })] },
        }.ToAsyncEnumerable());
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Model = AgentLoopTests.Clerk.Model with { MaxTokens = 1000 }, Limits = new(Tokens: 2040) });
        var events = await rig.EventsAsync(run);
        Assert.Equal("You have 27 days.", events[^1].Read<TextData>().Text);
        Assert.Equal([true, true, false], chat.Options.Select(options => options!.Tools is { Count: > 0 }));
        Assert.True(chat.Options.ElementAt(2)!.MaxOutputTokens > chat.Options.ElementAt(1)!.MaxOutputTokens);
    }

    /// <summary>One is there, the second is being written when the time ends.</summary>
    [Theory]
    [InlineData(false, RunStatus.Incomplete, StopReason.Timeout)]
    [InlineData(true, RunStatus.Completed, null)]
    public async Task Of_several_answers_those_that_are_there_count_where_the_time_ends_or_the_model_fails(bool fails, RunStatus status, StopReason? reason)
    {
        ManualClock clock = new();
        var asked = 0;
        TaskCompletionSource second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ScriptedChatClient chat = new((_, cancellation) => SayAsync(++asked, cancellation));
        await using var rig = await AgentsRig.StartAsync(chat, process: new(Clock: clock));
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [], Prompting = new(Samples: 3), Limits = new(Seconds: 10) });
        await second.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(11));
        var events = await rig.EventsAsync(run);
        Assert.Equal("27 days.", events[^1].Read<TextData>().Text);
        var info = await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, TestContext.Current.CancellationToken);
        Assert.Equal((status, reason, 2), (info.Status, info.StopReason, asked));

        async IAsyncEnumerable<ChatResponseUpdate> SayAsync(int nth, [EnumeratorCancellation] CancellationToken cancellation)
        {
            if (nth > 1)
            {
                second.TrySetResult();
                await (fails ? Task.FromException(new ModelHostException(ModelHostErrorKind.Unavailable, "The model is away.")) : Task.Delay(Timeout.InfiniteTimeSpan, cancellation));
            }
            yield return new(ChatRole.Assistant, "27 days.");
        }
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
