using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Forking;
using Platform.Agents.Prompting;
using Platform.Agents.Runs;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Fakes;
using Platform.Retrieval;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Forking;

public sealed class RunForkTests
{
    private static readonly AgentDefinition Clerk = AgentLoopTests.Clerk;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fork_takes_over_what_was_done_before_the_step_and_goes_on_live_from_it()
    {
        RecordingTool look = new("look"), send = new("send", ToolEffects.Writes);
        var chat = Working();
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, send]);
        var run = await LetAsync(rig, Clerk);
        var before = await rig.EventsAsync(run);
        Assert.Equal((1, 1, 3), (look.Calls.Count, send.Calls.Count, chat.Requests.Count));

        var fork = await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), "s3", new(Instructions: "Be brief.", Model: "other", Adapters: [new("legal", 0.5)])), Cancellation);
        var events = await rig.EventsAsync(fork);
        Assert.Equal((1, 1, 4), (look.Calls.Count, send.Calls.Count, chat.Requests.Count)); // nothing that was done is done again
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.Seq));
        Assert.Equal(["step.started", "step.completed", "tool.call", "tool.result", "step.started", "step.completed", "tool.call", "tool.result", "run.forked"], events.TakeWhile(e => e.Name != "run.status").Select(e => e.Name));
        Assert.Equal(Data(before, "tool.result"), Data(events, "tool.result"));
        Assert.Equal("s3", events.Last(e => e.Name == "step.started").Read<StepStartedData>().StepId);
        Assert.Equal(("done", "Sent."), (events[^1].Name, events[^1].Read<TextData>().Text));

        Assert.Contains("Be brief.", chat.Requests.Last()[0].Text, StringComparison.Ordinal);
        Assert.Equal(5, chat.Requests.Last().Count - 1); // the question, two calls and their results
        Assert.Equal("other", chat.Options.Last()!.ModelId);
        Assert.Contains("legal", System.Text.Json.JsonSerializer.Serialize(chat.Options.Last()!.AdditionalProperties!["lora"]), StringComparison.Ordinal);
        Assert.Equal(20, events.Single(e => e.Name == "usage").Read<Platform.Agents.Answering.AnswerDone>().Usage.CompletionTokens); // its own alone

        var info = await rig.Runs.GetAsync(AgentsRig.Anna, fork.Id, Cancellation);
        Assert.Equal(new RunOrigin(run.Id, "s3"), info.Origin);
        Assert.Equal(new RunOrigin(run.Id, "s3"), events.Single(e => e.Name == "run.forked").Read<RunForkedData>().Origin);
        Assert.Equal([run.AssistantMessageId, fork.AssistantMessageId], (await rig.AnswerAsync(fork)).Versions);
        Assert.Equal(Data(before, "tool.result"), Data(await rig.EventsAsync(run), "tool.result"));
    }

    [Fact]
    public async Task A_changed_result_is_what_the_model_reads_from_then_on()
    {
        RecordingTool look = new("look"), send = new("send", ToolEffects.Writes);
        var chat = Working();
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, send]);
        var run = await LetAsync(rig, Clerk);
        await rig.EventsAsync(run);
        var fork = await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), Overrides: new(ToolResults: [new("s1_1", "31 days")])), Cancellation);
        await rig.EventsAsync(fork);
        Assert.Equal((1, 2, 5), (look.Calls.Count, send.Calls.Count, chat.Requests.Count)); // it goes on right after that result
        Assert.Contains("31 days", Results(chat.Requests.ElementAt(3)), StringComparison.Ordinal);
        Assert.DoesNotContain("look of leave", Results(chat.Requests.ElementAt(3)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_recorded_results_no_tool_is_called_and_a_fork_of_that_fork_calls_them_again()
    {
        RecordingTool look = new("look"), send = new("send", ToolEffects.Writes);
        await using var rig = await AgentsRig.StartAsync(Working(), tools: [look, send]);
        var run = await LetAsync(rig, Clerk);
        var before = await rig.EventsAsync(run);
        var recorded = await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), Overrides: new(Model: "other"), Recorded: true), Cancellation);
        var events = await rig.EventsAsync(recorded);
        Assert.Equal((1, 1), (look.Calls.Count, send.Calls.Count));
        Assert.Equal(Results(before), Results(events));
        Assert.Equal(before[^1].Read<TextData>(), events[^1].Read<TextData>());
        Assert.NotNull((await rig.Archive.GetAsync(AgentsRig.Anna, recorded.Id, Cancellation)).Agent!.Recorded);

        var live = await rig.Forks.ForkAsync(AgentsRig.Anna, recorded.Id, new(Guid.NewGuid()), Cancellation);
        await rig.EventsAsync(live);
        Assert.Equal((2, 2), (look.Calls.Count, send.Calls.Count));
        var task = (await rig.Archive.GetAsync(AgentsRig.Anna, live.Id, Cancellation)).Agent!;
        Assert.True(task is { Recorded: null, AsOf: null, Remembered: null }); // and on the day that it is now

        var again = await rig.Forks.ForkAsync(AgentsRig.Anna, recorded.Id, new(Guid.NewGuid(), Recorded: true), Cancellation);
        await rig.EventsAsync(again);
        Assert.Equal((await rig.Archive.GetAsync(AgentsRig.Anna, recorded.Id, Cancellation)).Agent!.AsOf, (await rig.Archive.GetAsync(AgentsRig.Anna, again.Id, Cancellation)).Agent!.AsOf);

        static IEnumerable<string> Results(IEnumerable<RunEvent> events) => events.Where(e => e.Name == "tool.result").Select(e => e.Read<ToolResultData>().Text);
    }

    /// <summary>The model would find it undone, were it asked.</summary>
    [Fact]
    public async Task A_step_that_writes_is_judged_in_no_recorded_run_either()
    {
        const string Plan = """{"steps":[{"id":"a","goal":"Send","tool":"send","inputs":{"text":"hello"},"depends_on":[],"done_when":"it was sent"}]}""";
        var chat = Deciding(messages => [new TextContent(messages[0].Text.StartsWith(PromptWords.In(AnswerLanguage.English).JudgeStep, StringComparison.Ordinal) ? """{"met":false,"why":"nothing says so"}""" : messages[^1].Text.StartsWith("Make a plan", StringComparison.Ordinal) ? Plan : "Done.")]);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), new RecordingTool("send", ToolEffects.Writes)]);
        var run = await LetAsync(rig, Clerk with { Planning = PlanningMode.PlanThenAct });
        var before = await rig.EventsAsync(run);
        var events = await rig.EventsAsync(await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), Recorded: true), Cancellation));
        Assert.Equal(Kinds(before), Kinds(events));

        static IEnumerable<StepKind> Kinds(IEnumerable<RunEvent> events) => events.Where(e => e.Name == "step.started").Select(e => e.Read<StepStartedData>().Kind);
    }

    [Fact]
    public async Task Without_a_step_the_whole_run_is_done_again_and_another_question_is_a_version_of_the_question()
    {
        RecordingTool look = new("look"), send = new("send");
        await using var rig = await AgentsRig.StartAsync(Working(), tools: [look, send]);
        var run = await LetAsync(rig, Clerk);
        await rig.EventsAsync(run);
        var fork = await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), Overrides: new(Question: "And in London?")), Cancellation);
        var events = await rig.EventsAsync(fork);
        Assert.Equal("run.forked", events[0].Name);
        Assert.Equal((2, 2), (look.Calls.Count, send.Calls.Count));
        Assert.NotEqual(run.UserMessageId, fork.UserMessageId);
    }

    [Fact]
    public async Task A_run_that_ended_in_a_call_of_unknown_outcome_goes_on_once_a_person_tells_it()
    {
        TaskCompletionSource writing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RecordingTool hanging = new("send", ToolEffects.Writes, async (_, _, cancellation) =>
        {
            writing.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return ToolOutcome.Of("never");
        });
        await using var first = await AgentsRig.StartAsync(Deciding(Call("send", new { text = "mail" })), tools: [new RecordingTool("look"), hanging]);
        var run = await LetAsync(first, Clerk);
        await writing.Task;
        RecordingTool send = new("send", ToolEffects.Writes);
        await using var second = await first.RestartAsync(chat: Deciding(new TextContent("It was sent.")), tools: [new RecordingTool("look"), send]);
        Assert.Equal(RunErrorKind.OutcomeUnknown, (await second.EventsAsync(run))[^1].Read<ErrorData>().Kind);
        await AgentsRig.UntilAsync(() => Task.FromResult(second.Host.Find(run.Id) is null));

        Assert.Equal("overrides.toolResults[0].callId", (await Assert.ThrowsAsync<FieldException>(() => second.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), Overrides: new(ToolResults: [new("s9_1", "?")])), Cancellation))).Field);
        var fork = await second.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), Overrides: new(ToolResults: [new("s1_1", "Delivered at noon.")])), Cancellation);
        Assert.Equal("It was sent.", (await second.EventsAsync(fork))[^1].Read<TextData>().Text);
        Assert.Empty(send.Calls);
    }

    [Fact]
    public async Task A_fork_asks_again_for_what_was_approved_for_the_whole_of_the_first_run()
    {
        var sent = 0;
        var chat = Deciding(_ => sent is 0 or 1 ? [Call("send", new { text = $"mail {sent}" })] : [new TextContent("Both sent.")]);
        RecordingTool send = new("send", ToolEffects.Writes, (_, _, _) => Task.FromResult(ToolOutcome.Of($"sent {++sent}")));
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), send]);
        var run = await LetAsync(rig, Clerk with { Tools = [new("look", ToolPolicy.Always), new("send", ToolPolicy.Ask)] });
        await AgentsRig.UntilAsync(async () => (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).Count == 1);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation))[0].Id, new(Approve: true, ForRun: true), Cancellation);
        await rig.EventsAsync(run);
        sent = 1;
        await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), "s2"), Cancellation);
        await AgentsRig.UntilAsync(async () => (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).Count == 1);
        Assert.Equal(2, send.Calls.Count);
    }

    [Fact]
    public async Task A_fork_survives_a_restart_and_what_cannot_be_forked_is_told()
    {
        await using var rig = await AgentsRig.StartAsync(Working(), tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var run = await LetAsync(rig, Clerk);
        await rig.EventsAsync(run);
        ForkRun again = new(Guid.NewGuid(), "s2");
        var fork = await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, again, Cancellation);
        var events = await rig.EventsAsync(fork);
        Assert.Equal(fork.Id, (await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, again, Cancellation)).Id); // the same id starts nothing new
        await using (var next = await rig.RestartAsync(tools: [new RecordingTool("look"), new RecordingTool("send")]))
            Assert.Equal(events, await next.EventsAsync(fork));

        Assert.Contains("s1, s2, s3", (await Assert.ThrowsAsync<FieldException>(() => ForkAsync(new(Guid.NewGuid(), "s9")))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => ForkAsync(new(Guid.NewGuid(), Overrides: new(Question: " "))));
        await Assert.ThrowsAsync<DefinitionException>(() => ForkAsync(new(Guid.NewGuid(), Overrides: new(Instructions: new string('x', 20_000)))));
        Assert.Equal("overrides.toolResults[0].text", (await Assert.ThrowsAsync<FieldException>(() => ForkAsync(new(Guid.NewGuid(), Overrides: new(ToolResults: [new("s1_1", new string('x', 20_000))]))))).Field);
        foreach (var (absent, field) in new (ForkOverrides, string)[] { (new(Model: "nope"), "overrides.model"), (new(Model: "other:nope@2"), "overrides.model"), (new(Adapters: [new("legal"), new("nope")]), "overrides.adapters[1].name") })
            Assert.Equal(field, (await Assert.ThrowsAsync<FieldException>(() => ForkAsync(new(Guid.NewGuid(), Overrides: absent)))).Field);
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Forks.ForkAsync(AgentsRig.Boris, run.Id, again, Cancellation));
        var plain = await rig.AskAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Forks.ForkAsync(AgentsRig.Anna, plain.Id, new(Guid.NewGuid()), Cancellation));

        Task<RunInfo> ForkAsync(ForkRun asked) => rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, asked, Cancellation);
    }

    [Fact]
    public async Task A_fork_asks_anew_for_a_call_that_was_approved_and_not_made()
    {
        RecordingTool send = new("send", ToolEffects.Writes);
        await using var rig = await AgentsRig.StartAsync(Deciding(messages => messages.Any(m => m.Role == ChatRole.Tool) ? [new TextContent("Sent.")] : [Call("send", new { text = "A" }), Call("send", new { text = "B" })]), tools: [new RecordingTool("look"), send]);
        var run = await LetAsync(rig, Clerk with { Tools = [new("send", ToolPolicy.Ask)] });
        await AgentsRig.UntilAsync(async () => (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).Count == 2);
        var first = (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).Single(asked => asked.CallId == "s1_1");
        await rig.Approvals.DecideAsync(AgentsRig.Anna, first.Id, new(Approve: true), Cancellation);
        await rig.Runs.CancelAsync(AgentsRig.Anna, run.Id, Cancellation);

        await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), Overrides: new(ToolResults: [new("s1_2", "B was sent.")])), Cancellation);
        await AgentsRig.UntilAsync(async () => (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).Count == 1);
        Assert.Empty(send.Calls);
    }

    [Fact]
    public async Task What_was_taken_from_an_agent_or_the_agent_from_the_person_is_taken_from_forks_too()
    {
        RecordingTool send = new("send", ToolEffects.Writes);
        await using var rig = await AgentsRig.StartAsync(Deciding(messages => messages.Any(m => m.Role == ChatRole.Tool) ? [new TextContent("Sent.")] : [Call("send", new { text = "A" })]), tools: [new RecordingTool("look"), send]);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Boris, Clerk, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Boris, agent.Id, "", Cancellation);
        await rig.Agents.SetVisibilityAsync(AgentsRig.Boris, agent.Id, AgentVisibility.Everyone, Cancellation);
        var run = await rig.LetAsync(Clerk with { Agents = ["kept", "taken"] }, id: agent.Id);
        await rig.EventsAsync(run);
        await rig.Agents.SaveDraftAsync(AgentsRig.Boris, agent.Id, Clerk with { Tools = [new("send", ToolPolicy.Ask)], Agents = ["kept", "new"] }, null, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Boris, agent.Id, "", Cancellation);

        var fork = await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid()), Cancellation);
        await AgentsRig.UntilAsync(async () => (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).Count == 1);
        Assert.Single(send.Calls);
        Assert.Equal(["kept"], RunJson.Read<AgentTask>((await rig.Store.FindAsync(AgentsRig.Anna.UserId, fork.Id, Cancellation))!.Agent!).Definition.Agents);
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, fork.Id, Cancellation)).Status == RunStatus.RequiresAction);
        await rig.Runs.CancelAsync(AgentsRig.Anna, fork.Id, Cancellation);
        await rig.Agents.SetVisibilityAsync(AgentsRig.Boris, agent.Id, AgentVisibility.Private, Cancellation);
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid()), Cancellation));
    }

    /// <summary>Has an agent that is published work.</summary>
    private static async Task<RunInfo> LetAsync(AgentsRig rig, AgentDefinition definition)
    {
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, definition, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
        return await rig.LetAsync(definition, id: agent.Id);
    }

    /// <summary>Looks, sends, answers, by what it has done so far.</summary>
    private static ScriptedChatClient Working() => Deciding(messages => messages.Count(m => m.Role == ChatRole.Tool) switch
    {
        0 => [Call("look", new { text = "leave" })],
        1 => [Call("send", new { text = "mail" })],
        _ => [new TextContent("Sent.")],
    });

    private static List<string> Data(IEnumerable<RunEvent> events, string name) => [.. events.Where(e => e.Name == name).Select(e => e.Data)];

    private static string Results(IReadOnlyList<ChatMessage> sent) => string.Join('\n', sent.SelectMany(m => m.Contents).OfType<FunctionResultContent>().Select(r => r.Result));
}
