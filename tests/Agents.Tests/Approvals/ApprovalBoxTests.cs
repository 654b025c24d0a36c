using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Platform.Agents.Acting;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Memory;
using Platform.Agents.Runs;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Fakes;
using Platform.Retrieval;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Approvals;

public sealed class ApprovalBoxTests
{
    private static readonly AgentDefinition Clerk = AgentLoopTests.Clerk with { Tools = [new("look", ToolPolicy.Always), new("send", ToolPolicy.Ask)] };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_approved_call_is_made_with_the_arguments_that_the_person_edited()
    {
        RecordingTool send = new("send", ToolEffects.Writes);
        var chat = Sending("Sent.");
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), send]);
        var run = await rig.LetAsync(Clerk);
        var watching = rig.EventsAsync(run); // one follower sees the whole run, the wait included
        var asked = await AskedAsync(rig);
        Assert.Equal(("Clerk", "send", "{\"text\":\"mail 0\"}", ApprovalStatus.Pending), (asked.Agent, asked.Tool, asked.Arguments.GetRawText(), asked.Status));
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status == RunStatus.RequiresAction);
        Assert.Empty(send.Calls);

        await Assert.ThrowsAsync<NotFoundException>(() => rig.Approvals.DecideAsync(AgentsRig.Boris, asked.Id, new(Approve: true), Cancellation));
        await Assert.ThrowsAsync<FieldException>(() => rig.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true, Arguments: JsonSerializer.SerializeToElement(new { words = 1 })), Cancellation));
        var decided = await rig.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true, Arguments: JsonSerializer.SerializeToElement(new { text = "edited" }), Comment: "Alice is in charge."), Cancellation);
        Assert.Equal((ApprovalStatus.Approved, "anna"), (decided.Status, decided.DecidedBy));
        Assert.Equal(("{\"text\":\"mail 0\"}", "{\"text\":\"edited\"}"), (decided.Arguments.GetRawText(), decided.ApprovedArguments?.GetRawText())); // what was asked, and what was allowed
        var events = await watching;
        Assert.Equal("Sent.", events[^1].Read<TextData>().Text);
        Assert.Equal(["edited"], send.Calls);
        Assert.StartsWith("A person changed the arguments of this call and approved it with the words “Alice is in charge”; it was made with those that stand here.\n<tool_output", Output(chat), StringComparison.Ordinal);
        var shown = chat.Requests.Last().SelectMany(message => message.Contents).OfType<FunctionCallContent>().Last();
        Assert.Equal("edited", $"{shown.Arguments!["text"]}"); // and not what the model wrote
        Assert.All(chat.Options, options => Assert.Equal(run.ConversationId.ToString("N"), options!.ConversationId)); // also after the wait
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.Seq));
        Assert.Equal(events, await rig.EventsAsync(run));
        await Assert.ThrowsAsync<ApprovalConflictException>(() => rig.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: false), Cancellation));
        await Assert.ThrowsAsync<ApprovalConflictException>(() => rig.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true, Arguments: JsonSerializer.SerializeToElement(new { words = 1 })), Cancellation)); // whatever it says
    }

    [Fact]
    public async Task What_is_asked_can_be_decided_by_who_sees_it_first()
    {
        await using var rig = await AgentsRig.StartAsync(Sending("Sent."), tools: [new RecordingTool("look"), new RecordingTool("send", ToolEffects.Writes)]);
        var run = await rig.LetAsync(Clerk);
        await foreach (var happened in rig.Runs.FollowAsync(AgentsRig.Anna, run.Id, 0, Cancellation))
        {
            if (happened.Name == "approval.requested")
                await rig.Approvals.DecideAsync(AgentsRig.Anna, happened.Read<ApprovalRequestedData>().ApprovalId, new(Approve: true), Cancellation);
        }
        Assert.Equal(RunStatus.Completed, (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status);
    }

    [Fact]
    public async Task Arguments_that_are_sent_back_as_they_were_asked_count_as_no_others()
    {
        RecordingTool send = new("send", ToolEffects.Writes);
        await using var rig = await AgentsRig.StartAsync(Sending("Sent."), tools: [new RecordingTool("look"), send]);
        var run = await rig.LetAsync(Clerk);
        var decided = await rig.Approvals.DecideAsync(AgentsRig.Anna, (await AskedAsync(rig)).Id, new(Approve: true, Arguments: JsonElement.Parse("""{ "text": "mail\u00200" }""")), Cancellation);
        Assert.Null(decided.ApprovedArguments);
        await rig.EventsAsync(run);
        Assert.Equal(["mail 0"], send.Calls);
    }

    [Fact]
    public async Task A_rejected_call_is_not_made_and_the_agent_is_told_why()
    {
        RecordingTool send = new("send", ToolEffects.Writes);
        var chat = Sending("Not sent.");
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), send]);
        var run = await rig.LetAsync(Clerk);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await AskedAsync(rig)).Id, new(Approve: false, Comment: "Not on Sundays."), Cancellation);
        var events = await rig.EventsAsync(run);
        Assert.Equal("Not sent.", events[^1].Read<TextData>().Text);
        Assert.Equal(ToolFailure.Rejected, events.Last(e => e.Name == "tool.result").Read<ToolResultData>().Failure);
        Assert.Empty(send.Calls);
        Assert.Contains("A person rejected this call with the words “Not on Sundays”. Go on without it.", Output(chat), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_approves_in_time_is_rejected_with_that_reason()
    {
        ManualClock clock = new();
        RecordingTool send = new("send", ToolEffects.Writes);
        var chat = Sending("Not sent.");
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), send], process: new(Clock: clock));
        var run = await rig.LetAsync(Clerk);
        var asked = await AskedAsync(rig);
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status == RunStatus.RequiresAction);
        Assert.Equal(asked.ExpiresAt, await rig.Approvals.ExpireAsync(Cancellation)); // the next to look at
        clock.Advance(asked.ExpiresAt - clock.GetUtcNow());
        Assert.Equal((ApprovalStatus.Expired, asked.ExpiresAt), (await rig.Approvals.GetAsync(AgentsRig.Anna, asked.Id, Cancellation)) is var late ? (late.Status, late.DecidedAt) : default); // before anything is stored of it
        Assert.Equal((0, 0), ((await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).Count, await rig.Approvals.CountAsync(AgentsRig.Anna, Cancellation)));
        Assert.Null(await rig.Approvals.ExpireAsync(Cancellation));
        var events = await rig.EventsAsync(run);
        Assert.Equal("approval_expired", events.Single(e => e.Name == "approval.resolved").Read<ApprovalResolvedData>().Reason);
        Assert.Equal(("Not sent.", 0), (events[^1].Read<TextData>().Text, send.Calls.Count));
        Assert.Equal(ApprovalStatus.Expired, (await rig.Approvals.GetAsync(AgentsRig.Anna, asked.Id, Cancellation)).Status);
        await Assert.ThrowsAsync<ApprovalConflictException>(() => rig.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true), Cancellation));
    }

    [Fact]
    public async Task Approved_for_the_run_a_tool_is_not_asked_about_again_and_approved_once_it_is()
    {
        foreach (var (forRun, times) in new[] { (true, 1), (false, 2) })
        {
            var sent = 0;
            var chat = Deciding(_ => sent < 2 ? [Call("send", new { text = $"mail {sent}" })] : [new TextContent("Both sent.")]);
            RecordingTool send = new("send", ToolEffects.Writes, (_, _, _) => Task.FromResult(ToolOutcome.Of($"sent {++sent}")));
            await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), send]);
            var run = await rig.LetAsync(Clerk);
            for (var i = 0; i < times; i++)
                await rig.Approvals.DecideAsync(AgentsRig.Anna, (await AskedAsync(rig)).Id, new(Approve: true, forRun), Cancellation);
            Assert.Equal("Both sent.", (await rig.EventsAsync(run))[^1].Read<TextData>().Text);
            Assert.Equal(times, (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: false, Cancellation)).Count);
        }
    }

    [Fact]
    public async Task A_tool_that_a_person_reads_each_call_of_is_not_approved_for_the_run()
    {
        var chat = Deciding(messages => [messages.Any(m => m.Role == ChatRole.Tool) ? new TextContent("I know.") : Call(RememberTool.ToolName, new { text = "Prefers metres." })]);
        await using var rig = await AgentsRig.StartAsync(chat);
        var run = await rig.LetAsync(Clerk with { Tools = [new(RememberTool.ToolName, ToolPolicy.Ask)], Memory = new(MemoryScope.User) });
        var asked = await AskedAsync(rig);
        Assert.Equal("forRun", (await Assert.ThrowsAsync<FieldException>(() => rig.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true, ForRun: true), Cancellation))).Field);
        Assert.Equal(ApprovalStatus.Pending, (await rig.Approvals.GetAsync(AgentsRig.Anna, asked.Id, Cancellation)).Status);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: false, ForRun: true), Cancellation);
        Assert.Equal("I know.", (await rig.EventsAsync(run))[^1].Read<TextData>().Text);
    }

    [Fact]
    public async Task A_run_that_waits_survives_a_restart_and_takes_no_worker()
    {
        RecordingTool send = new("send", ToolEffects.Writes);
        var chat = Sending("Sent.");
        await using var first = await AgentsRig.StartAsync(chat, o => o.RunsAtOnce = 1, tools: [new RecordingTool("look"), send]);
        var run = await first.LetAsync(Clerk);
        var asked = await AskedAsync(first);
        await first.EventsAsync(await first.AskAsync(mode: Platform.Agents.Answering.AnswerMode.Quote)); // the only worker is free

        await using var second = await first.RestartAsync(chat: chat, tools: [new RecordingTool("look"), send]);
        Assert.Equal(RunStatus.RequiresAction, (await second.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status);
        var decisions = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Task.Run(
            async () => await Record.ExceptionAsync(() => (i % 2 == 0 ? second : first).Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true), Cancellation)), Cancellation)));
        Assert.Equal(4, decisions.OfType<ApprovalConflictException>().Count());
        Assert.Equal("Sent.", (await second.EventsAsync(run))[^1].Read<TextData>().Text);
        Assert.Single(send.Calls);
    }

    [Fact]
    public async Task What_a_run_asked_that_does_not_wait_yet_holds_nobody_up_when_its_time_is_up()
    {
        ManualClock clock = new(TimeProvider.System.GetUtcNow());
        await using var rig = await AgentsRig.StartAsync(Sending("Sent."), tools: [new RecordingTool("look"), new RecordingTool("send", ToolEffects.Writes)], process: new(Clock: clock));
        var run = await rig.LetAsync(Clerk);
        var asked = await AskedAsync(rig);
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status == RunStatus.RequiresAction);
        await rig.WorkOnWaitingAsync();
        clock.Advance(TimeSpan.FromHours(25));
        await rig.Approvals.ExpireAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        await using var db = rig.OpenDatabase();
        Assert.Equal(ApprovalStatus.Pending, (await db.Approvals.FindAsync([asked.Id], Cancellation))!.Status); // it is rejected when the run waits
    }

    [Fact]
    public async Task A_run_goes_on_as_soon_as_the_time_of_what_it_asked_is_up()
    {
        ManualClock clock = new();
        var settings = Options.Create(new AgentsOptions { ApprovalTime = TimeSpan.FromSeconds(12) });
        await using var rig = await AgentsRig.StartAsync(Sending("Not sent."), o => o.ApprovalTime = settings.Value.ApprovalTime, tools: [new RecordingTool("look"), new RecordingTool("send")], process: new(Clock: clock));
        using ApprovalExpiry expiry = new(rig.Approvals, settings, clock, new TestLog<ApprovalExpiry>());
        var run = await rig.LetAsync(Clerk);
        await AskedAsync(rig);
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status == RunStatus.RequiresAction);
        clock.Advance(TimeSpan.FromSeconds(7));
        await expiry.StartAsync(Cancellation);
        clock.Advance(TimeSpan.FromSeconds(5));
        var looks = 0; // five seconds more, should its pause have begun a moment after that; not the twelve of its longest pause
        await AgentsRig.UntilAsync(async () =>
        {
            if (++looks % 50 == 0 && looks <= 250)
                clock.Advance(TimeSpan.FromSeconds(1));
            return (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).EndedAt is not null;
        });
        Assert.Equal("Not sent.", (await rig.EventsAsync(run))[^1].Read<TextData>().Text);
        await expiry.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Stopping_a_run_that_waits_ends_it_and_withdraws_what_it_asked()
    {
        RecordingTool send = new("send", ToolEffects.Writes);
        await using var rig = await AgentsRig.StartAsync(Sending("Sent."), tools: [new RecordingTool("look"), send]);
        var run = await rig.LetAsync(Clerk);
        var asked = await AskedAsync(rig);
        await rig.Runs.CancelAsync(AgentsRig.Anna, run.Id, Cancellation);
        Assert.Equal("done", (await rig.EventsAsync(run))[^1].Name);
        Assert.Equal(RunStatus.Cancelled, (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status);
        Assert.Equal(ApprovalStatus.Withdrawn, (await rig.Approvals.GetAsync(AgentsRig.Anna, asked.Id, Cancellation)).Status);
        await Assert.ThrowsAsync<ApprovalConflictException>(() => rig.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true), Cancellation));
        Assert.Empty(send.Calls);
    }

    [Theory]
    [InlineData(false, "done")]
    [InlineData(true, "error")]
    public async Task A_run_that_waited_goes_on_with_no_right_that_its_owner_has_lost(bool gone, string end)
    {
        List<bool> administrators = [];
        RecordingTool send = new("send", ToolEffects.Writes, (_, scope, _) =>
        {
            administrators.Add(scope.Caller.IsAdministrator);
            return Task.FromResult(ToolOutcome.Of("sent"));
        });
        await using var rig = await AgentsRig.StartAsync(Sending("Sent."), tools: [new RecordingTool("look"), send]);
        var conversation = await rig.Conversations.CreateAsync(AgentsRig.Boris, [], Cancellation);
        var run = await rig.Runs.StartAsync(AgentsRig.Boris, new(Guid.NewGuid(), conversation.Id, "Send it.", Agent: new(Guid.NewGuid(), 1, Clerk, "Boris", AsAdministrator: true)), Cancellation);
        await AgentsRig.UntilAsync(async () => await rig.Approvals.CountAsync(AgentsRig.Boris, Cancellation) == 1);
        (gone ? rig.Owners.Gone : rig.Owners.Demoted).Add(AgentsRig.Boris.UserId);
        await rig.Approvals.DecideAsync(AgentsRig.Boris, (await rig.Approvals.ListAsync(AgentsRig.Boris, pendingOnly: true, Cancellation))[0].Id, new(Approve: true), Cancellation);
        var events = await rig.Runs.FollowAsync(AgentsRig.Boris, run.Id, 0, Cancellation).ToListAsync(Cancellation);
        Assert.Equal(end, events[^1].Name);
        Assert.Equal(gone ? [] : [false], administrators);
    }

    [Fact]
    public async Task A_call_that_a_person_edited_is_not_made_again_as_they_edited_it()
    {
        RecordingTool send = new("send", ToolEffects.Writes);
        string[] texts = ["to Bob", "to Robert", "to Bob"];
        var chat = Deciding(messages => messages.Count(m => m.Role == ChatRole.Tool) is var made and < 3 ? [Call("send", new { text = texts[made] })] : [new TextContent("Sent.")]);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), send]);
        var run = await rig.LetAsync(Clerk);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await AskedAsync(rig)).Id, new(Approve: true, ForRun: true, Arguments: JsonSerializer.SerializeToElement(new { text = "to Robert" })), Cancellation);
        await rig.EventsAsync(run);
        Assert.Equal(["to Robert"], send.Calls);
    }

    [Fact]
    public async Task Who_waits_for_an_answer_passes_a_wait_that_is_over()
    {
        await using var rig = await AgentsRig.StartAsync(Sending("Sent."), tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var run = await rig.LetAsync(Clerk);
        Assert.Equal("requires_action", (await AnswerAsync())[^1].Read<RunStatusData>().Status);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await AskedAsync(rig)).Id, new(Approve: true), Cancellation);
        Assert.Equal(("done", "Sent."), ((await AnswerAsync())[^1].Name, (await AnswerAsync())[^1].Read<TextData>().Text));

        async Task<List<RunEvent>> AnswerAsync() => await rig.Runs.UntilAnswerAsync(AgentsRig.Anna, run.Id, Cancellation).ToListAsync(Cancellation);
    }

    [Fact]
    public async Task Who_leaves_a_run_that_waits_leaves_nothing_behind()
    {
        await using var rig = await AgentsRig.StartAsync(Sending("Sent."), tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var run = await rig.LetAsync(Clerk);
        await AskedAsync(rig);
        await foreach (var happened in rig.Runs.FollowAsync(AgentsRig.Anna, run.Id, 0, Cancellation))
        {
            if (happened.Name == "run.status" && happened.Read<RunStatusData>().Status == "requires_action")
                break;
        }
        var told = rig.Host.NextOf(run.Id);
        using (CancellationTokenSource leaving = new())
        {
            await using var following = rig.Runs.FollowAsync(AgentsRig.Anna, run.Id, 0, leaving.Token).GetAsyncEnumerator(leaving.Token);
            await following.MoveNextAsync();
        }
        Assert.True(told.IsCompleted);
        Assert.NotSame(told, rig.Host.NextOf(run.Id));
    }

    private static ScriptedChatClient Sending(string answer) => Deciding(Call("send", new { text = "mail 0" }), new TextContent(answer));

    private static string Output(ScriptedChatClient chat) => chat.Requests.Last()[^1].Contents.OfType<FunctionResultContent>().Single().Result!.ToString()!;

    private static async Task<Approval> AskedAsync(AgentsRig rig)
    {
        await AgentsRig.UntilAsync(async () => (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).Count == 1);
        return (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation))[0];
    }
}
