using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;
using Platform.Agents.Planning;
using Platform.Agents.Runs;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Fakes;
using Platform.ModelHost.Client;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Planning;

/// <summary>When steps of a plan begin, each held until another has begun: one that waits for a wave to end would wait for ever.</summary>
public sealed partial class StepSchedulerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly AgentDefinition Clerk = AgentLoopTests.Clerk with { Planning = PlanningMode.PlanThenAct, Limits = new(Steps: 20) };

    /// <summary>By the names of steps: done when it has begun, in its tool or in the model.</summary>
    private readonly ConcurrentDictionary<string, TaskCompletionSource> begun = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a:look b:think", "a<b b<a")] // a call goes out while the model writes in another step
    [InlineData("a:look b:think c:look<a", "b<c")] // a step needs what it depends on and nothing else
    [InlineData("a:look b:look c:think<b", "a<c")] // the model is asked while a call is at work
    [InlineData("a:think b:ask c:look<a", "b<c")] // a step that the model decides holds up none that another thought lets begin
    public async Task A_step_begins_as_soon_as_what_it_depends_on_is_done_whatever_else_is_at_work(string plan, string held)
    {
        await using var rig = await AgentsRig.StartAsync(Chat(plan, held), tools: [Tool("look", held), new RecordingTool("send")]);
        var run = await rig.LetAsync(Clerk);
        var events = await rig.EventsAsync(run);
        Assert.Equal("Done.", events[^1].Read<TextData>().Text);
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.Seq));
        Assert.Single(events, e => e.Name.StartsWith("plan.", StringComparison.Ordinal)); // none failed
        Assert.All((await rig.Plans.GetAsync(AgentsRig.Anna, run.Id, Cancellation))!.Value.Steps, step => Assert.Equal(PlanStepState.Done, step.State));
    }

    [Fact]
    public async Task A_step_is_told_as_begun_when_it_begins()
    {
        await using var rig = await AgentsRig.StartAsync(Chat("a:think b:look<a", ""), tools: [Tool("look", ""), new RecordingTool("send")]);
        var events = await rig.EventsAsync(await rig.LetAsync(Clerk));
        var thought = events.FindIndex(e => e.Name == "step.completed" && e.Read<StepCompletedData>() is { Kind: StepKind.Decision, PlanStep: "p1" });
        Assert.True(thought < events.FindIndex(e => e.Name == "step.started" && e.Read<StepStartedData>().PlanStep == "p2"));
    }

    [Fact]
    public async Task Where_nothing_may_run_side_by_side_each_step_is_done_before_the_next_begins()
    {
        await using var rig = await AgentsRig.StartAsync(Chat("a:look b:think c:ask", ""), tools: [Tool("look", ""), new RecordingTool("send")]);
        var events = await rig.EventsAsync(await rig.LetAsync(Clerk with { Limits = new(Steps: 20, Parallel: false) }));
        var course = events.Select(e => e.Name switch
        {
            "step.started" => e.Read<StepStartedData>() is { Kind: StepKind.PlanStep } step ? step.PlanStep : null,
            "tool.result" => "result",
            "step.completed" => e.Read<StepCompletedData>() is { Kind: StepKind.Decision, PlanStep: not null } ? "decided" : null,
            _ => null,
        }).OfType<string>();
        Assert.Equal(["p1", "result", "p2", "decided", "p3", "decided", "result"], course);
    }

    [Fact]
    public async Task What_is_at_work_when_a_step_fails_is_let_end_and_no_other_begins_before_the_further_plan()
    {
        RecordingTool look = new("look", act: (text, _, _) => Task.FromResult(text == "a" ? ToolOutcome.Failed("No such page.") : ToolOutcome.Of(text)));
        await using var rig = await AgentsRig.StartAsync(Chat("a:look b:ask c:look<b", "b<failed", further: "d:look"), tools: [look, new RecordingTool("send")]);
        var run = await rig.LetAsync(Clerk);
        await AgentsRig.UntilAsync(() => Task.FromResult(rig.Host.Find(run.Id)?.Since(0).Events.Any(e => e.Name == "tool.result") == true));
        Begun("failed").TrySetResult();
        var events = await rig.EventsAsync(run);
        Assert.Equal(["a", "b", "d"], look.Calls);
        Assert.True(events.FindIndex(e => e.Name == "tool.result" && e.Read<ToolResultData>().Text == "b") < events.FindIndex(e => e.Name == "plan.updated"));
        Assert.Equal("Done.", events[^1].Read<TextData>().Text);
    }

    [Fact]
    public async Task What_is_being_written_when_the_model_fails_is_let_end_so_that_its_outcome_is_known()
    {
        RecordingTool send = Tool("send", "a<failed", ToolEffects.Writes);
        await using var rig = await AgentsRig.StartAsync(Chat("a:send b:fail", "b<a"), tools: [new RecordingTool("look"), send]);
        var run = await rig.LetAsync(Clerk);
        await AgentsRig.UntilAsync(() => Task.FromResult(rig.Host.Find(run.Id)?.Since(0).Events.Any(e => e.Name == "step.failed") == true));
        Begun("failed").TrySetResult();
        var events = await rig.EventsAsync(run);
        Assert.Equal(("error", false), (events[^1].Name, events.Single(e => e.Name == "tool.result").Read<ToolResultData>().IsError));
    }

    [Fact]
    public async Task A_call_that_a_later_step_made_is_not_made_again_by_an_earlier_one_that_was_decided_after_it()
    {
        RecordingTool send = Tool("send", "", ToolEffects.Writes);
        await using var rig = await AgentsRig.StartAsync(Chat("a:again c:look b:send<c", "a<b", further: "d:look"), tools: [Tool("look", ""), send]);
        var events = await rig.EventsAsync(await rig.LetAsync(Clerk));
        Assert.Equal(["b"], send.Calls);
        Assert.Contains(events, e => e.Name == "tool.result" && e.Read<ToolResultData>() is { IsError: true, Failure: ToolFailure.Repeated });
    }

    [Fact]
    public async Task Calls_that_write_are_made_one_after_the_other()
    {
        await using var rig = await AgentsRig.StartAsync(Chat("a:send b:send", ""), tools: [new RecordingTool("look"), Tool("send", "", ToolEffects.Writes)]);
        var events = await rig.EventsAsync(await rig.LetAsync(Clerk));
        Assert.Equal(["tool.call", "tool.result", "tool.call", "tool.result"], events.Select(e => e.Name).Where(name => name.StartsWith("tool.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Calls_at_work_at_one_time_may_together_take_no_more_tokens_than_are_left()
    {
        ConcurrentDictionary<string, int> shares = [];
        RecordingTool look = Tool("look", "a<called", told: (text, scope) =>
        {
            shares[text] = scope.TokensLeft;
            Begun(text == "b" ? "called" : text).TrySetResult();
        }, among: ToolGroup.Agents);
        await using var rig = await AgentsRig.StartAsync(Chat("a:look b:ask c:look<a<b", "b<a"), tools: [look, new RecordingTool("send")]);
        var events = await rig.EventsAsync(await rig.LetAsync(Clerk with { Limits = new(Steps: 20, Tokens: 10_000) }));
        Assert.Equal("Done.", events[^1].Read<TextData>().Text);
        Assert.InRange(shares["a"], 4_000, 5_000); // a half is left for the other
        Assert.InRange(shares["b"], 4_000, 10_000 - shares["a"]);
        Assert.InRange(shares["c"], 9_000, 10_000); // nothing is beside it
    }

    /// <summary>A model that plans and does what a step is named for: think, ask (it decides on a call of look), again (on what b sends), fail.</summary>
    /// <param name="plan">Names of steps with what each does and, after signs, those that it depends on.</param>
    /// <param name="held">Which is held until which has begun.</param>
    private ScriptedChatClient Chat(string plan, string held, string further = "x:think")
    {
        var plans = 0;
        var does = $"{plan} {further}".Split(' ').Select(step => step.Split(':', '<')).ToDictionary(step => step[0], step => step[1]);
        return new(SayAsync);

        async IAsyncEnumerable<ChatResponseUpdate> SayAsync(IReadOnlyList<ChatMessage> messages, [EnumeratorCancellation] CancellationToken cancellation)
        {
            var step = Named().Match(messages[^1].Text).Groups[1].Value;
            if (step.Length > 0)
                await HoldAsync(step, held, cancellation);
            AIContent said = step.Length == 0
                ? new TextContent(messages[^1].Text.StartsWith("Make a plan", StringComparison.Ordinal) ? Written(plans++ == 0 ? plan : further) : "Done.")
                : does[step] switch
                {
                    "ask" => Call("look", new { text = step }),
                    "again" => Call("send", new { text = "b" }),
                    "fail" => throw new ModelHostException(ModelHostErrorKind.Failed, "The model broke."),
                    _ => new TextContent("A thought."),
                };
            yield return new ChatResponseUpdate(ChatRole.Assistant, [said]);
            yield return new ChatResponseUpdate { Contents = [new UsageContent(new UsageDetails { InputTokenCount = 100, OutputTokenCount = 20 })] };
        }
    }

    private RecordingTool Tool(string name, string held, ToolEffects effects = ToolEffects.Reads, Action<string, ToolScope>? told = null, ToolGroup among = ToolGroup.BuiltIn) => new(name, effects, async (text, scope, cancellation) =>
    {
        told?.Invoke(text, scope);
        await HoldAsync(text, held, cancellation);
        return ToolOutcome.Of($"{name} of {text}");
    }) { In = among };

    private async Task HoldAsync(string step, string held, CancellationToken cancellation)
    {
        Begun(step).TrySetResult();
        foreach (var pair in held.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('<')).Where(pair => pair[0] == step))
            await Begun(pair[1]).Task.WaitAsync(Patience, cancellation);
    }

    private TaskCompletionSource Begun(string step) => begun.GetOrAdd(step, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private static string Written(string plan) => JsonSerializer.Serialize(new
    {
        steps = plan.Split(' ').Select(step => step.Split(':', '<')).Select(step => new
        {
            id = step[0], goal = $"Do {step[0]}", tool = step[1] switch { "look" or "ask" => "look", "send" or "again" => "send", _ => "" },
            inputs = step[1] is "look" or "send" ? new { text = step[0] } : null, depends_on = step[2..], done_when = "",
        }),
    });

    [GeneratedRegex("^Do only this step of the plan now: Do (.)$")]
    private static partial Regex Named();
}
