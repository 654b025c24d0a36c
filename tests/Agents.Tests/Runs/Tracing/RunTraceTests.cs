using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Forking;
using Platform.Agents.Planning;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Runs.Tracing;

public sealed class RunTraceTests
{
    private const string Plan =
        """
        {"steps":[{"id":"a","goal":"Look it up","tool":"look","inputs":{"text":"leave"},"depends_on":[],"done_when":""},
        {"id":"b","goal":"Tell Ben","tool":"send","inputs":null,"depends_on":["a"],"done_when":""}]}
        """;

    private static readonly AgentDefinition Clerk = AgentLoopTests.Clerk with
    {
        Planning = PlanningMode.PlanThenAct, Limits = new(Steps: 20), Tools = [new("look", ToolPolicy.Always), new("send", ToolPolicy.Ask)],
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_reads_as_a_plan_with_what_happened_in_each_of_its_steps()
    {
        await using var rig = await StartAsync();
        var run = await rig.LetAsync(Clerk);
        await UntilAskedAsync(rig);
        var waiting = RunTrace.Of(await rig.Archive.EventsAsync(AgentsRig.Anna, run.Id, Cancellation));
        Assert.Equal((RunStatus.RequiresAction, true), (waiting.Status, waiting.Clock.IsWaiting));
        Assert.Equal("send", Assert.Single(waiting.Open).Asked.Tool);
        Assert.Equal("Tell Ben", waiting.WhyOf(waiting.Open[0].Asked.CallId));
        Assert.Equal([PlanStepState.Done, PlanStepState.Running], waiting.PlanSteps.Select(step => step.State));

        await rig.Approvals.DecideAsync(AgentsRig.Anna, waiting.Open[0].Asked.ApprovalId, new(Approve: true), Cancellation);
        var events = await rig.EventsAsync(run);
        var trace = RunTrace.Of(events);

        Assert.Equal(
            ["0 Plan  Done", "0 PlanStep Look it up Done", "1 Tool look Done", "0 PlanStep Tell Ben Done", "1 Model  Done", "1 Approval send Done", "1 Tool send Done", "0 Model  Done"],
            trace.Rows.Select(row => $"{row.Depth} {row.Kind} {row.Name} {row.State}"));
        Assert.Equal((RunStatus.Completed, "Told.", false), (trace.Status, trace.Answer, trace.Clock.IsWaiting));
        Assert.Equal("leave: 25 days", trace.Rows[2].Tool!.Result!.Text);
        Assert.Equal("{\"text\":\"25 days\"}", trace.Rows[6].Tool!.Arguments.GetRawText());
        Assert.Empty(trace.Open);
        Assert.Equal(3, trace.Steps);
        Assert.All(trace.Rows, row => Assert.NotNull(row.EndedAt));
    }

    [Fact]
    public async Task Each_question_to_the_model_has_the_whole_of_what_was_sent_and_of_what_came_back()
    {
        await using var rig = await StartAsync();
        var run = await rig.LetAsync(Clerk with { Tools = [new("look", ToolPolicy.Always), new("send", ToolPolicy.Always)] });
        var trace = RunTrace.Of(await rig.EventsAsync(run));
        var asked = trace.Rows.Where(row => row.Model is not null).Select(row => row.Model!).ToList();

        Assert.Equal(3, asked.Count);
        Assert.Equal(Plan, asked[0].Text);
        Assert.Equal("system", asked[^1].Sent[0].Role);
        Assert.Contains("leave: 25 days", string.Concat(asked[^1].Sent.Select(message => message.Text)), StringComparison.Ordinal);
        Assert.True(asked[^1].SameAsBefore > 0);
        Assert.Equal("send", Assert.Single(asked[1].Calls).Tool);
        Assert.Equal(["change_plan", "send"], asked[1].Offered!.Select(offer => offer.Name).Order());
        Assert.Equal("object", asked[1].Offered!.Single(offer => offer.Name == "send").Schema.GetProperty("type").GetString());
        Assert.Equal(("scripted", true, null), (asked[0].Settings!.Model, asked[0].Settings!.Schema is not null, asked[1].Settings!.Schema));
        Assert.Equal(asked.Sum(turn => turn.PromptTokens + turn.CompletionTokens), trace.Tokens);
    }

    [Fact]
    public async Task Events_that_come_twice_and_one_at_a_time_give_the_same_trace()
    {
        await using var rig = await StartAsync();
        var events = await rig.EventsAsync(await rig.LetAsync(Clerk with { Tools = [new("look", ToolPolicy.Always), new("send", ToolPolicy.Always)] }));
        var whole = RunTrace.Of(events);
        RunTrace live = new();
        foreach (var happened in events.SelectMany(e => new[] { e, e }))
            live.Add(happened);
        Assert.Equal(whole.Rows.Select(row => (row.Id, row.State, row.EndedAt)), live.Rows.Select(row => (row.Id, row.State, row.EndedAt)));
        Assert.Equal(whole.Answer, live.Answer);
    }

    [Fact]
    public void Waits_for_its_turn_and_for_a_person_take_none_of_the_time_and_the_models_own_queue_does()
    {
        var trace = RunTrace.Of([
            Status(1, 0, "queued"), Status(2, 50, "queued"), Status(3, 60, "writing"), // 3 of work,
            Status(4, 63, "requires_action"), Status(5, 3663, "queued"), Status(6, 3700, "writing"), // 5,
            Status(7, 3702, "queued"), Status(8, 3705, "resumed"), Status(9, 3705, "queued"), Status(10, 3800, "writing"), Status(11, 3801, "completed")]); // and 1
        foreach (var (moment, worked) in new[] { (55, 0), (61, 1), (1800, 3), (3690, 3), (3702, 5), (3790, 5), (3801, 6) })
            Assert.Equal((moment, TimeSpan.FromSeconds(worked)), (moment, trace.Clock.At(DateTimeOffset.UnixEpoch.AddSeconds(moment))));
        Assert.Equal(TimeSpan.FromSeconds(3600), trace.Clock.Waited); // for a person, told by itself
        Assert.Equal(TimeSpan.FromSeconds(25), RunTrace.Of([Status(1, 0, "writing"), Status(2, 3, "requires_action"), Status(3, 28, "requires_action")]).Clock.Waited);

        var never = RunTrace.Of([Status(1, 0, "queued"), Status(2, 600, "failed"), new(Guid.Empty, 3, DateTimeOffset.UnixEpoch.AddSeconds(600), "error", RunJson.Write(new ErrorData(RunErrorKind.Interrupted, "The program stopped.")))]);
        Assert.Equal(TimeSpan.Zero, never.Clock.Worked);
        Assert.False(RunTrace.Of([Status(1, 0, "queued")]).Clock.IsWaiting);

        static RunEvent Status(int seq, int seconds, string status) => new(Guid.Empty, seq, DateTimeOffset.UnixEpoch.AddSeconds(seconds), "run.status", RunJson.Write(new RunStatusData(status, 0)));
    }

    [Fact]
    public void Time_in_which_the_program_was_off_is_no_work_of_the_run_nor_of_the_call_that_was_cut_off()
    {
        var start = DateTimeOffset.UnixEpoch;
        var trace = RunTrace.Of([
            At(1, 0, "run.status", new RunStatusData("writing", 0)),
            At(2, 1, "step.started", new StepStartedData("s1", StepKind.Decision, "", 0, [new("user", "Hi")], [])),
            At(3, 2, "message.delta", new TextData("Well")),
            At(4, 602, "run.status", new RunStatusData("resumed", 0)), At(5, 602, "run.status", new RunStatusData("queued", 1)), At(6, 603, "run.status", new RunStatusData("writing", 0)),
            At(7, 605, "done", new TextData("Well"))]);
        Assert.Equal((TraceState.Cut, start.AddSeconds(2)), (trace.Rows[0].State, trace.Rows[0].EndedAt));
        Assert.Equal(TimeSpan.FromSeconds(4), trace.Clock.At(trace.EndedAt!.Value)); // nor is the second in the queue after it
        var ended = RunTrace.Of([
            At(1, 0, "run.status", new RunStatusData("writing", 0)), At(2, 3, "message.delta", new TextData("Well")),
            At(3, 603, "run.status", new RunStatusData("failed", 0)), At(4, 603, "error", new ErrorData(RunErrorKind.Interrupted, "The program stopped."))]);
        Assert.Equal(TimeSpan.FromSeconds(3), ended.Clock.At(ended.EndedAt!.Value));

        static RunEvent At(int seq, int seconds, string name, object data) => new(Guid.Empty, seq, DateTimeOffset.UnixEpoch.AddSeconds(seconds), name, JsonSerializer.Serialize(data, data.GetType(), RunJson.Options));
    }

    [Fact]
    public void What_a_reset_takes_back_is_not_in_the_answer_and_a_rejected_call_is_told_apart_from_a_failed_one()
    {
        var call = JsonSerializer.SerializeToElement(new { text = "hello" });
        Guid approval = Guid.NewGuid();
        var trace = RunTrace.Of(Numbered(
            ("step.started", new StepStartedData("s1", StepKind.Decision, "", 0, [new("user", "Hi")], ["send"])),
            ("message.delta", new TextData("I will ")),
            ("message.reset", new MessageResetData("tool_call")),
            ("step.completed", new StepCompletedData("s1", StepKind.Decision, "I will ", [new("s1_1", "send", call)], 3, 4, 5)),
            ("approval.requested", new ApprovalRequestedData(approval, "s1_1", "send", call, "Writes", DateTimeOffset.UnixEpoch.AddHours(1))),
            ("approval.resolved", new ApprovalResolvedData(approval, "s1_1", "send", ApprovalStatus.Rejected, null, "Not now", "", false)),
            ("tool.result", new ToolResultData("s1_1", "s1", "send", "A person rejected this call. Not now", null, true, [], 0)),
            ("message.delta", new TextData("Fine."))));
        Assert.Equal("Fine.", trace.Answer);
        Assert.Equal(("I will ", ""), (trace.WhyOf("s1_1"), trace.WhyOf("plan")));
        Assert.Equal([TraceState.Done, TraceState.Refused, TraceState.Refused], trace.Rows.Select(row => row.State));
        Assert.Equal("hello", trace.Rows[2].Tool!.Arguments.GetProperty("text").GetString());
    }

    [Fact]
    public void A_call_that_writes_counts_as_a_change_from_its_begin_also_where_nobody_knows_what_came_of_it()
    {
        var call = JsonSerializer.SerializeToElement(new { text = "hello" });
        var trace = RunTrace.Of(Numbered(
            ("step.completed", new StepCompletedData("s1", StepKind.Decision, "", [new("s1_1", "look", call), new("s1_2", "send", call)], 3, 4, 5)),
            ("tool.call", new ToolCallData("s1_1", "s1", "look", call, Writes: false)),
            ("tool.call", new ToolCallData("s1_2", "s1", "send", call, Writes: true)),
            ("error", new ErrorData(RunErrorKind.OutcomeUnknown, "It stopped."))));
        Assert.Equal("send", Assert.Single(trace.Changed));
    }

    [Fact]
    public void What_was_taken_over_from_another_run_is_marked_and_takes_no_time()
    {
        var trace = RunTrace.Of(Numbered(
            ("step.started", new StepStartedData("s1", StepKind.Decision, "", 0, [new("user", "Hi")], [])),
            ("step.completed", new StepCompletedData("s1", StepKind.Decision, "Hello", [], 3, 4, 5)),
            ("run.forked", new RunForkedData(new(Guid.NewGuid(), "s2"), new())),
            ("step.started", new StepStartedData("s2", StepKind.Decision, "", 1, [new("user", "And?")], []))));
        Assert.Equal([true, false], trace.Rows.Select(row => row.IsTakenOver));
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(1)), (trace.Clock.At(trace.Rows[0].EndedAt!.Value), trace.Clock.At(trace.Rows[1].BeganAt)));
        Assert.Equal(["Hi", "And?"], trace.Rows[1].Model!.Sent.Select(message => message.Text));
    }

    [Fact]
    public void What_is_tried_again_after_a_failure_says_which_attempt_it_is_and_each_row_has_its_events()
    {
        var call = JsonSerializer.SerializeToElement(new { text = "hello" });
        var trace = RunTrace.Of(Numbered(
            ("step.started", new StepStartedData("s1", StepKind.Plan, "", 0, [new("user", "Plan")], [])),
            ("step.delta", new StepTextData("s1", "Let ")),
            ("step.delta", new StepTextData("s1", "me think.")),
            ("step.completed", new StepCompletedData("s1", StepKind.Plan, "{", [], 3, 4, 5)),
            ("step.failed", new StepFailedData("s1", StepKind.Plan, "It is not JSON of a plan.")),
            ("step.started", new StepStartedData("s2", StepKind.Plan, "", 0, [new("user", "Plan, and mend it")], [])),
            ("step.completed", new StepCompletedData("s2", StepKind.Plan, "{}", [], 3, 4, 5)),
            ("step.started", new StepStartedData("s3", StepKind.Decision, "", 0, [new("user", "Do it")], ["send"])),
            ("step.completed", new StepCompletedData("s3", StepKind.Decision, "", [new("s3_1", "send", call), new("s3_2", "look", call)], 3, 4, 5)),
            ("tool.call", new ToolCallData("s3_1", "s3", "send", call, true)),
            ("tool.result", new ToolResultData("s3_1", "s3", "send", "No such person.", null, true, [], 0)),
            ("tool.call", new ToolCallData("s3_2", "s3", "look", call, false)),
            ("tool.result", new ToolResultData("s3_2", "s3", "look", "Ben", null, false, [], 0)),
            ("tool.call", new ToolCallData("s4_1", "s3", "send", call, true))));
        Assert.Equal(["Plan 1", "Plan 2", "Model 1", "Tool send 1", "Tool look 1", "Tool send 2"], trace.Rows.Select(row => $"{row.Kind} {row.Name} {row.Attempt}".Replace("  ", " ", StringComparison.Ordinal)));
        Assert.Equal((trace.Rows[0], trace.Rows[3]), (trace.Rows[1].RetryOf, trace.Rows[5].RetryOf));
        Assert.Equal("Let me think.", trace.Rows[0].Model!.Thought);
        Assert.Equal(["1 step.started ×1 ", "2 step.delta ×2 ", "4 step.completed ×1 ", "5 step.failed ×1 It is not JSON of a plan."], trace.Rows[0].Log.Select(note => $"{note.Seq} {note.Name} ×{note.Times} {note.Said}"));
        Assert.Equal(["tool.call", "tool.result"], trace.Rows[3].Log.Select(note => note.Name));
    }

    [Fact]
    public void A_call_of_an_agent_has_worked_as_long_as_that_agent_did_while_a_person_is_asked_below_it()
    {
        var arguments = JsonSerializer.SerializeToElement(new { agent = "expert", task = "Send it" });
        var trace = RunTrace.Of(Numbered(
            ("run.status", new RunStatusData("writing", 0)),
            ("tool.call", new ToolCallData("s1_1", "s1", ToolNames.AskAgent, arguments, false)),
            ("step.delta", new StepTextData("s9", "others are at work")),
            ("step.delta", new StepTextData("s9", "and go on"))));
        var call = Assert.Single(trace.Rows);
        Assert.Equal((TimeSpan.FromSeconds(99), (Guid?)null), (trace.LengthOf(call, DateTimeOffset.UnixEpoch.AddSeconds(100)), trace.WaitsBelow(call))); // it grows while the agent works
        trace.Add(new(Guid.Empty, 5, DateTimeOffset.UnixEpoch.AddSeconds(4), "run.status", RunJson.Write(new RunStatusData("requires_action", 0))));
        Assert.Equal((TimeSpan.FromSeconds(3), call.Tool!.AskedRun), (trace.LengthOf(call, DateTimeOffset.UnixEpoch.AddSeconds(100)), trace.WaitsBelow(call)));
        Assert.NotNull(call.Tool.AskedRun);
    }

    private static IEnumerable<RunEvent> Numbered(params (string Name, object Data)[] events) =>
        events.Select((e, i) => new RunEvent(Guid.Empty, i + 1, DateTimeOffset.UnixEpoch.AddSeconds(i), e.Name, JsonSerializer.Serialize(e.Data, e.Data.GetType(), RunJson.Options)));

    private static Task<AgentsRig> StartAsync() => AgentsRig.StartAsync(
        Deciding(messages => messages[^1].Text.Contains("Make a plan", StringComparison.Ordinal) ? [new TextContent(Plan)]
            : messages[^1].Text.Contains("Do only this step", StringComparison.Ordinal) ? [Call("send", new { text = "25 days" })] : [new TextContent("Told.")]),
        tools: [new RecordingTool("look", act: (text, _, _) => Task.FromResult(ToolOutcome.Of($"{text}: 25 days"))), new RecordingTool("send")]);

    private static Task UntilAskedAsync(AgentsRig rig) => AgentsRig.UntilAsync(async () =>
        (await rig.Archive.ListAsync(AgentsRig.Anna, new(), 0, 1, Cancellation)).Runs.Any(run => run.Run.Status == RunStatus.RequiresAction));
}
