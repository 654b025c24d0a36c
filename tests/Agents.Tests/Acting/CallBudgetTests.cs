using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;
using Platform.Agents.Nesting;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Agents.Tools;
using Platform.Fakes;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Acting;

/// <summary>How many calls of tools are made, of one decision and of a run.</summary>
public sealed class CallBudgetTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_more_calls_at_once_than_are_taken_the_model_is_told_and_so_is_the_trace()
    {
        RecordingTool look = new("look");
        var chat = Deciding(messages => messages[^1].Role == ChatRole.Tool ? [new TextContent("Done.")] : [.. Enumerable.Range(1, 10).Select(i => Call("look", new { text = $"{i}" }))]);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, new RecordingTool("send")]);
        var events = await rig.EventsAsync(await rig.LetAsync(AgentLoopTests.Clerk));
        Assert.Equal(8, look.Calls.Count);
        var results = chat.Requests.Last().SelectMany(message => message.Contents).OfType<FunctionResultContent>().Select(result => $"{result.Result}").ToList();
        Assert.EndsWith("</tool_output>\n10 calls were asked for at once, and only the first 8 of them are taken: the limit is 8. Ask for the others again where they are needed.", results[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(results.SkipLast(1), result => result.Contains("at once", StringComparison.Ordinal));
        var turn = RunTrace.Of(events).Rows.First(row => row.Model is not null).Model!;
        Assert.Equal((10, 8), (turn.CallsAsked, turn.Calls.Count));
    }

    [Theory]
    [InlineData(2, 3, StopReason.MaxToolCalls)] // the third is refused, and the model must answer
    [InlineData(3, 3, null)] // all that may be made were, and none was wanted beyond
    public async Task A_run_makes_no_more_calls_than_it_may_and_says_so_where_more_are_wanted(int limit, int wanted, StopReason? reason)
    {
        RecordingTool look = new("look");
        var chat = Deciding(messages => messages[^1].Text.StartsWith("Stop here", StringComparison.Ordinal) || messages.Count > 2 ? [new TextContent("What is known.")]
            : [.. Enumerable.Range(1, wanted).Select(i => Call("look", new { text = $"{i}" }))]);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, new RecordingTool("send")]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Limits = new(ToolCalls: limit) });
        var events = await rig.EventsAsync(run);
        Assert.Equal(Math.Min(limit, wanted), look.Calls.Count);
        Assert.Equal("What is known.", events[^1].Read<TextData>().Text);
        Assert.Equal(reason, (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).StopReason);
        Assert.Equal(reason is null ? 0 : 1, events.Count(e => e.Name == "tool.result" && e.Read<ToolResultData>() is { IsError: true, Failure: ToolFailure.NoCallsLeft }));
        Assert.Equal(reason is not null, chat.Requests.Last()[^1].Text.StartsWith("Stop here", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Agents_that_are_asked_side_by_side_share_the_calls_that_are_left()
    {
        RecordingTool look = new("look");
        AgentDefinition expert = AgentLoopTests.Clerk with { Name = "Expert", Slug = "expert", Instructions = "You are the expert.", Limits = new(Steps: 50) };
        var decided = 0;
        var chat = Deciding(messages => messages[0].Text.Contains("the expert", StringComparison.Ordinal)
            ? [messages[^1].Text.StartsWith("Stop here", StringComparison.Ordinal) ? new TextContent("Expert.") : Call("look", new { text = $"{Interlocked.Increment(ref decided)}" })]
            : messages[^1].Role == ChatRole.Tool ? [new TextContent("Chief.")] : [Call(AskAgentTool.ToolName, new { agent = "expert", task = "One" }), Call(AskAgentTool.ToolName, new { agent = "expert", task = "Two" })]);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, new RecordingTool("send")]);
        await rig.Agents.PublishAsync(AgentsRig.Anna, (await rig.Agents.CreateAsync(AgentsRig.Anna, expert, Cancellation)).Id, "", Cancellation);
        var events = await rig.EventsAsync(await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [new(AskAgentTool.ToolName, ToolPolicy.Always)], Agents = ["expert"], Limits = new(Steps: 50, ToolCalls: 8) }));
        Assert.Equal((6, 8), (look.Calls.Count, AgentPast.Of(events).CallsMade)); // two that asked, and three of each
    }

    /// <summary>Steps that the chief does itself come one after the other while the expert is at work, who would take all that it is let.</summary>
    [Theory]
    [InlineData(7000, 60)]
    [InlineData(100_000, 8)]
    public async Task What_an_agent_at_work_may_take_the_steps_beside_it_do_not(int tokens, int calls)
    {
        const string Plan = """{"steps":[{"id":"a","goal":"Ask","tool":"ask_agent","inputs":{"agent":"expert","task":"One"},"depends_on":[],"done_when":""},{"id":"b","goal":"B","tool":"look","inputs":null,"depends_on":[],"done_when":""},{"id":"c","goal":"C","tool":"look","inputs":null,"depends_on":["b"],"done_when":""},{"id":"d","goal":"D","tool":"look","inputs":null,"depends_on":["c"],"done_when":""}]}""";
        TaskCompletionSource beside = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var (expert, chief) = (0, 0);
        RecordingTool look = new("look");
        ScriptedChatClient chat = new(SayAsync);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, new RecordingTool("send")]);
        var asked = AgentLoopTests.Clerk with { Name = "Expert", Slug = "expert", Instructions = "You are the expert.", Limits = new(Steps: 50) };
        await rig.Agents.PublishAsync(AgentsRig.Anna, (await rig.Agents.CreateAsync(AgentsRig.Anna, asked, Cancellation)).Id, "", Cancellation);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Planning = PlanningMode.PlanThenAct, Tools = [new(AskAgentTool.ToolName, ToolPolicy.Always), new("look", ToolPolicy.Always)], Agents = ["expert"], Limits = new(Steps: 50, Tokens: tokens, ToolCalls: calls) });
        var events = await rig.EventsAsync(run);
        var past = AgentPast.Of(events);
        Assert.InRange(past.Tokens + past.TokensOfOthers, 1, tokens);
        Assert.InRange(past.CallsMade, 1, calls);
        Assert.Equal("Chief.", events[^1].Read<TextData>().Text);
        Assert.NotEqual(0, expert);

        async IAsyncEnumerable<ChatResponseUpdate> SayAsync(IReadOnlyList<ChatMessage> messages, [EnumeratorCancellation] CancellationToken cancellation)
        {
            var isLast = messages[^1].Text.StartsWith("Stop here", StringComparison.Ordinal);
            if (messages[0].Text.Contains("the expert", StringComparison.Ordinal))
            {
                await beside.Task.WaitAsync(cancellation);
                yield return new(ChatRole.Assistant, isLast ? [new TextContent("Expert.")] : [Call("look", new { text = $"expert {Interlocked.Increment(ref expert)}" })]);
            }
            else if (messages[^1].Text.StartsWith("Make a plan", StringComparison.Ordinal))
            {
                yield return new(ChatRole.Assistant, Plan);
            }
            else if (messages[^1].Text.StartsWith("Do only this step", StringComparison.Ordinal))
            {
                beside.TrySetResult(); // both are at work
                yield return new(ChatRole.Assistant, [Call("look", new { text = $"chief {Interlocked.Increment(ref chief)}" })]);
            }
            else
            {
                yield return new(ChatRole.Assistant, "Chief.");
            }
            yield return new() { Contents = [new UsageContent(new UsageDetails { InputTokenCount = 500, OutputTokenCount = 20 })] };
        }
    }

    /// <summary>The time ends while they are at work.</summary>
    [Fact]
    public async Task What_agents_at_work_held_is_free_for_the_answer_that_a_limit_forces()
    {
        ManualClock clock = new();
        var experts = 0;
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ScriptedChatClient chat = new(SayAsync);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), new RecordingTool("send")], process: new(Clock: clock));
        var expert = AgentLoopTests.Clerk with { Name = "Expert", Slug = "expert", Instructions = "You are the expert." };
        await rig.Agents.PublishAsync(AgentsRig.Anna, (await rig.Agents.CreateAsync(AgentsRig.Anna, expert, Cancellation)).Id, "", Cancellation);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [new(AskAgentTool.ToolName, ToolPolicy.Always)], Agents = ["expert"], Limits = new(Tokens: 1600, Seconds: 20) });
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        clock.Advance(TimeSpan.FromSeconds(21));
        var events = await rig.EventsAsync(run);
        Assert.Equal("Chief.", events[^1].Read<TextData>().Text);
        Assert.Equal(AgentLoopTests.Clerk.Model.MaxTokens, chat.Options.Last()!.MaxOutputTokens); // and not what is left beside them

        async IAsyncEnumerable<ChatResponseUpdate> SayAsync(IReadOnlyList<ChatMessage> messages, [EnumeratorCancellation] CancellationToken cancellation)
        {
            if (messages[0].Text.Contains("the expert", StringComparison.Ordinal))
            {
                if (Interlocked.Increment(ref experts) == 2)
                    asked.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            }
            yield return new(ChatRole.Assistant, messages[^1].Text.StartsWith("Stop here", StringComparison.Ordinal) ? [new TextContent("Chief.")] : [Call(AskAgentTool.ToolName, new { agent = "expert", task = "One" }), Call(AskAgentTool.ToolName, new { agent = "expert", task = "Two" })]);
        }
    }

    [Fact]
    public async Task Calls_of_an_agent_that_is_asked_are_among_those_of_the_one_that_asks()
    {
        RecordingTool look = new("look");
        AgentDefinition expert = AgentLoopTests.Clerk with { Name = "Expert", Slug = "expert", Instructions = "You are the expert." };
        var decided = 0;
        var chat = Deciding(messages => !messages[0].Text.Contains("the expert", StringComparison.Ordinal)
            ? [messages[^1].Text.StartsWith("Stop here", StringComparison.Ordinal) ? new TextContent("Chief.") : Call(AskAgentTool.ToolName, new { agent = "expert", task = $"Look {decided}" })]
            : [messages[^1].Text.StartsWith("Stop here", StringComparison.Ordinal) ? new TextContent("Expert.") : Call("look", new { text = $"{decided++}" })]);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, new RecordingTool("send")]);
        await rig.Agents.PublishAsync(AgentsRig.Anna, (await rig.Agents.CreateAsync(AgentsRig.Anna, expert, Cancellation)).Id, "", Cancellation);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [new(AskAgentTool.ToolName, ToolPolicy.Always)], Agents = ["expert"], Limits = new(Steps: 50, ToolCalls: 4) });
        var events = await rig.EventsAsync(run);
        Assert.Equal(("Chief.", StopReason.MaxToolCalls), (events[^1].Read<TextData>().Text, events[^2].Read<RunStatusData>().Reason));
        Assert.Equal((3, 4), (look.Calls.Count, AgentPast.Of(events).CallsMade)); // one that asked, three that the asked one made
        Assert.Equal(3, events.First(e => e.Name == "tool.result").Read<ToolResultData>().Calls);
    }
}
