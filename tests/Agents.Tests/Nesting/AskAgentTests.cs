using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Nesting;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Fakes;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Nesting;

public sealed class AskAgentTests
{
    private static readonly AgentDefinition Chief = new() { Name = "Chief", Slug = "chief", Instructions = "You are the chief.", Tools = [new(AskAgentTool.ToolName, ToolPolicy.Always)], Agents = ["expert"] };
    private static readonly AgentDefinition Expert = new()
    {
        Name = "Expert", Slug = "expert", Description = "Knows leave.", Instructions = "You are the expert.", Tools = [new("look", ToolPolicy.Always), new("send", ToolPolicy.Ask)],
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_asks_another_whose_answer_comes_back_fenced_with_its_citations()
    {
        var zone = "";
        RecordingTool look = new("look", act: (_, scope, _) =>
        {
            zone = scope.TimeZone.Id;
            return Task.FromResult(ToolOutcome.Of("[1] 27 days", citations: [scope.Numbers.Number(AgentLoopTests.Cited(0))]));
        });
        var chat = Both(expert: results => results == 0 ? Call("look", new { text = "leave" }) : new TextContent("27 days [1]. [9]"));
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, new RecordingTool("send")]);
        await PublishAsync(rig, Expert);
        var run = await rig.LetAsync(Chief, zone: "Asia/Shanghai");
        var events = await rig.EventsAsync(run);
        Assert.Equal("The expert says so [1].", events[^1].Read<TextData>().Text);
        Assert.Equal("27 days", Assert.Single((await rig.AnswerAsync(run)).Citations).Quote);
        Assert.Equal("Asia/Shanghai", zone); // it works for the same person

        var result = events.Single(e => e.Name == "tool.result").Read<ToolResultData>();
        Assert.Equal(("27 days [1].", 240), (result.Text, result.Tokens));
        Assert.Equal((240, 240), (RunTrace.Of(events).TokensOfOthers, (await rig.Archive.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Listed.TokensOfOthers));
        var nested = await rig.Runs.GetAsync(AgentsRig.Anna, result.Data!.Value.GetProperty("run").GetGuid(), Cancellation);
        Assert.Equal((RunPurpose.Nested, run.Id, RunStatus.Completed), (nested.Purpose, nested.ParentId, nested.Status));
        var working = RunTrace.Of(events.TakeWhile(e => e.Name != "tool.result"));
        Assert.Equal(nested.Id, working.Rows.Single(row => row.Kind == TraceKind.Tool).Tool!.AskedRun); // known while it works
        Assert.Equal(run.Id, Assert.Single((await rig.Archive.ListAsync(AgentsRig.Anna, new() { Started = true }, 0, 10, Cancellation)).Runs).Run.Id);
        Assert.Contains((await rig.EventsAsync(nested)), e => e.Name == "tool.call"); // its trace is a run's like any other
        Assert.Single(await rig.Conversations.ListAsync(AgentsRig.Anna, null, Cancellation));

        var offered = chat.Options.First()!.Tools!.OfType<AIFunctionDeclaration>().Single();
        Assert.Contains("expert (Knows leave)", offered.Description, StringComparison.Ordinal);
        Assert.Contains("{\"enum\":[\"expert\"]", offered.JsonSchema.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("<tool_output tool=\"ask_agent\">", Results(chat.Requests.Last()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_asked_agent_must_ask_about_reaches_the_same_person_and_survives_a_restart()
    {
        RecordingTool send = new("send", ToolEffects.Writes);
        var chat = Both(expert: results => results == 0 ? Call("send", new { text = "mail" }) : new TextContent("Sent."));
        await using var first = await AgentsRig.StartAsync(chat, o => o.RunsAtOnce = 1, tools: [new RecordingTool("look"), send]);
        await PublishAsync(first, Expert);
        var run = await first.LetAsync(Chief);
        var asked = await AskedAsync(first);
        Assert.Equal(("Expert", "send", "anna"), (asked.Agent, asked.Tool, asked.OwnerId));
        Assert.NotEqual(run.Id, asked.RunId);
        await AgentsRig.UntilAsync(async () => (await first.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status == RunStatus.RequiresAction);
        Assert.Equal(asked.Id, Assert.Single(await first.Approvals.BelowAsync(AgentsRig.Anna, run.Id, Cancellation)).Id);
        var waiting = RunTrace.Of(await first.Archive.EventsAsync(AgentsRig.Anna, run.Id, Cancellation));
        Assert.Equal([asked.RunId], waiting.Rows.Select(waiting.WaitsBelow).OfType<Guid>());
        Assert.Empty(await first.Approvals.BelowAsync(AgentsRig.Boris, run.Id, Cancellation));
        Assert.Equal(1, await first.Approvals.CountAsync(AgentsRig.Anna, Cancellation));
        await first.EventsAsync(await first.AskAsync(mode: Platform.Agents.Answering.AnswerMode.Quote)); // the only worker is free

        await using var second = await first.RestartAsync(chat: chat, tools: [new RecordingTool("look"), send]);
        await Assert.ThrowsAsync<Platform.Retrieval.NotFoundException>(() => second.Approvals.DecideAsync(AgentsRig.Boris, asked.Id, new(Approve: true), Cancellation));
        await second.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true), Cancellation);
        var events = await second.EventsAsync(run);
        Assert.Equal("The expert says so [1].", events[^1].Read<TextData>().Text);
        Assert.Empty(RunTrace.Of(events).Rows.Select(RunTrace.Of(events).WaitsBelow).OfType<Guid>());
        Assert.Equal(["mail"], send.Calls);
        Assert.Single(events, e => e.Name == "tool.call");
        Assert.Equal("Sent.", events.Single(e => e.Name == "tool.result").Read<ToolResultData>().Text);
        Assert.Equal(["send"], await second.Archive.ChangedAsync(AgentsRig.Anna, run.Id, Cancellation)); // by the asked agent
        await Assert.ThrowsAsync<Platform.Retrieval.NotFoundException>(() => second.Archive.ChangedAsync(AgentsRig.Anna, Guid.NewGuid(), Cancellation));
    }

    [Fact]
    public async Task What_is_decided_for_one_asked_agent_while_another_is_at_work_is_gone_on_with()
    {
        TaskCompletionSource looking = new(TaskCreationOptions.RunContinuationsAsynchronously), go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RecordingTool send = new("send", ToolEffects.Writes), look = new("look", act: async (_, _, cancellation) =>
        {
            looking.TrySetResult();
            await go.Task.WaitAsync(cancellation);
            return ToolOutcome.Of("27 days");
        });
        var chat = Deciding(messages => (messages[0].Text.Contains("the expert", StringComparison.Ordinal), messages.Any(m => m.Role == ChatRole.Tool), messages[1].Text) switch
        {
            (true, false, "Send it.") => [Call("send", new { text = "mail" })],
            (true, false, _) => [Call("look", new { text = "leave" })],
            (false, false, _) => [Call(AskAgentTool.ToolName, new { agent = "expert", task = "Send it." }), Call(AskAgentTool.ToolName, new { agent = "expert", task = "Look." })],
            _ => [new TextContent("Done.")],
        });
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, send]);
        await PublishAsync(rig, Expert);
        var run = await rig.LetAsync(Chief);
        await looking.Task;
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await AskedAsync(rig)).Id, new(Approve: true), Cancellation);
        Assert.Empty(send.Calls);
        go.SetResult();
        var events = await rig.EventsAsync(run);
        Assert.Equal("Done.", events[^1].Read<TextData>().Text);
        Assert.Single(send.Calls);
        Assert.Equal(2, events.Count(e => e.Name == "tool.result"));
    }

    [Fact]
    public async Task A_crash_in_the_asked_agent_goes_on_inside_it_and_makes_no_call_again_that_has_its_result()
    {
        TaskCompletionSource reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RecordingTool hanging = new("look", act: async (text, _, cancellation) =>
        {
            if (text == "second")
            {
                reading.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            }
            return ToolOutcome.Of($"{text} result");
        });
        var chat = Both(expert: results => results switch { 0 => Call("look", new { text = "first" }), 1 => Call("look", new { text = "second" }), _ => new TextContent("27 days.") });
        await using var first = await AgentsRig.StartAsync(chat, tools: [hanging, new RecordingTool("send")]);
        await PublishAsync(first, Expert);
        var run = await first.LetAsync(Chief);
        await reading.Task;
        var nested = new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{run.Id:N}/s1_1"))[..16]);
        await AgentsRig.UntilAsync(async () => (await first.Store.EventsAsync(nested, 0, Cancellation)).Count(e => e.Name == "tool.call") == 2);

        RecordingTool look = new("look");
        await using var second = await first.RestartAsync(chat: chat, tools: [look, new RecordingTool("send")]);
        Assert.Equal("The expert says so [1].", (await second.EventsAsync(run))[^1].Read<TextData>().Text);
        Assert.Equal(["second"], look.Calls);
        Assert.Equal(RunStatus.Completed, (await second.Runs.GetAsync(AgentsRig.Anna, nested, Cancellation)).Status);
    }

    [Fact]
    public async Task Stopping_the_asking_run_stops_the_asked_one_whether_it_works_or_waits()
    {
        TaskCompletionSource reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RecordingTool hanging = new("look", act: async (_, _, cancellation) =>
        {
            reading.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return ToolOutcome.Of("never");
        });
        RecordingTool send = new("send", ToolEffects.Writes);
        await using var rig = await AgentsRig.StartAsync(Both(_ => Call("look", new { text = "leave" })), tools: [hanging, send]);
        await PublishAsync(rig, Expert);
        var works = await rig.LetAsync(Chief);
        await reading.Task;
        await StopAsync(rig, works);
        Assert.Equal(120, (await rig.Outcomes.GetAsync(AgentsRig.Anna, works.Id, Cancellation)).TokensOfOthers); // what it took by then
        await rig.Agents.SetVisibilityAsync(AgentsRig.Anna, (await rig.Agents.ListAsync(AgentsRig.Anna, Cancellation))[0].Id, AgentVisibility.Everyone, Cancellation);

        await using var next = await rig.RestartAsync(chat: Both(_ => Call("send", new { text = "mail" })), tools: [hanging, send]);
        var waits = await next.LetAsync(Chief);
        var asked = await AskedAsync(next);
        await AgentsRig.UntilAsync(async () => (await next.Runs.GetAsync(AgentsRig.Anna, waits.Id, Cancellation)).Status == RunStatus.RequiresAction);
        await StopAsync(next, waits);
        Assert.Equal(ApprovalStatus.Withdrawn, (await next.Approvals.GetAsync(AgentsRig.Anna, asked.Id, Cancellation)).Status);

        static async Task StopAsync(AgentsRig rig, RunInfo run)
        {
            var nested = new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{run.Id:N}/s1_1"))[..16]);
            await rig.Runs.CancelAsync(AgentsRig.Anna, run.Id, Cancellation);
            Assert.Equal(RunStatus.Cancelled, (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status);
            Assert.Equal(RunStatus.Cancelled, (await rig.Runs.GetAsync(AgentsRig.Anna, nested, Cancellation)).Status);
        }
    }

    [Fact]
    public async Task Depth_and_budget_are_bounded_and_only_listed_agents_that_the_person_may_use_are_asked()
    {
        // Each asks the next, and itself, for ever.
        var chat = Deciding(messages => messages[^1].Role == ChatRole.Tool || messages[^1].Text.StartsWith("Stop here", StringComparison.Ordinal) ? [new TextContent("Enough.")] : [Call(AskAgentTool.ToolName, new { agent = "expert", task = "Ask on." })]);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var endless = Chief with { Slug = "expert", Limits = new(Tokens: 5000) };
        await PublishAsync(rig, endless);
        var events = await rig.EventsAsync(await rig.LetAsync(Chief with { Limits = new(Tokens: 2000) }));
        Assert.Equal("Enough.", events[^1].Read<TextData>().Text);
        Assert.Equal(3, chat.Requests.Count(messages => messages[^1].Role != ChatRole.Tool)); // the chief, the expert, and the expert that it asks: that one has nobody to ask
        Assert.Null(chat.Options.ElementAt(2)!.Tools);

        var spent = await rig.EventsAsync(await rig.LetAsync(Chief with { Limits = new(Tokens: 560) }));
        Assert.Contains("too few to ask another agent", spent.Single(e => e.Name == "tool.result").Read<ToolResultData>().Text, StringComparison.Ordinal);

        // Not listed, or not this person's: there is no such tool.
        var before = chat.Options.Count;
        foreach (var agents in (string[][])[[], ["gone"]])
            await rig.EventsAsync(await rig.LetAsync(Chief with { Agents = agents }));
        Assert.All(chat.Options.Skip(before), options => Assert.Null(options!.Tools));
        await Assert.ThrowsAsync<DefinitionException>(() => rig.Agents.CreateAsync(AgentsRig.Anna, Chief with { Agents = ["No Slug"] }, Cancellation));
    }

    [Fact]
    public async Task An_asked_agent_that_a_limit_ended_before_it_said_anything_has_brought_nothing()
    {
        await using var rig = await AgentsRig.StartAsync(Both(_ => new TextContent("27 days.")), tools: [new RecordingTool("look"), new RecordingTool("send")]);
        await PublishAsync(rig, Expert with { Instructions = "You are the expert. " + new string('i', 6000) });
        var events = await rig.EventsAsync(await rig.LetAsync(Chief with { Limits = new(Tokens: 1500) }));
        var result = events.Single(e => e.Name == "tool.result").Read<ToolResultData>();
        Assert.True(result.IsError, result.Text);
        Assert.Contains("there is no answer", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_of_asked_agents_count_against_the_limit_of_the_asking_run()
    {
        var asked = 0;
        var chat = Both(_ => new TextContent($"{++asked} days."), chief: results => results < 20 ? Call(AskAgentTool.ToolName, new { agent = "expert", task = $"Task {results}" }) : new TextContent("Done."));
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), new RecordingTool("send")]);
        await PublishAsync(rig, Expert);
        var events = await rig.EventsAsync(await rig.LetAsync(Chief with { Limits = new(Tokens: 1000) }));
        Assert.Equal(1, asked); // 120 tokens each: 576 would be left for a second, beside the chief's own answer, if the first had cost nothing
        Assert.Contains("too few", events.Last(e => e.Name == "tool.result").Read<ToolResultData>().Text, StringComparison.Ordinal);
    }

    /// <summary>Two agents told apart by their instructions, each deciding by how many results it has.</summary>
    private static ScriptedChatClient Both(Func<int, AIContent> expert, Func<int, AIContent>? chief = null) => Deciding(messages =>
    {
        var results = messages.Count(m => m.Role == ChatRole.Tool);
        if (messages[^1].Text.StartsWith("Stop here", StringComparison.Ordinal))
            return [new TextContent("Stopped.")];
        return [messages[0].Text.Contains("the expert", StringComparison.Ordinal) ? expert(results)
            : chief is not null ? chief(results) : results == 0 ? Call(AskAgentTool.ToolName, new { agent = "expert", task = "How many days?" }) : new TextContent("The expert says so [1].")];
    });

    private static async Task PublishAsync(AgentsRig rig, AgentDefinition definition)
    {
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, definition, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
    }

    private static string Results(IReadOnlyList<ChatMessage> sent) => string.Join('\n', sent.SelectMany(m => m.Contents).OfType<FunctionResultContent>().Select(r => r.Result));

    private static async Task<Approval> AskedAsync(AgentsRig rig)
    {
        await AgentsRig.UntilAsync(async () => (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).Count == 1);
        return (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation))[0];
    }
}
