using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Nesting;
using Platform.Agents.Planning;
using Platform.Agents.Runs;
using Platform.Agents.Testing;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tests.Runs;
using Platform.Agents.Tests.Testing;
using Platform.Agents.Tools;
using Platform.Fakes;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Storage;

/// <summary>Two processes at once on one thing.</summary>
public abstract partial class SharedDatabaseSuite
{
    [Fact]
    public async Task What_comes_to_be_stored_while_another_process_takes_the_run_is_not_stored()
    {
        using Gate gate = new();
        var connection = await ConnectionAsync();
        DatabaseWatch watch = new();
        await using var first = await AgentsRig.StartAsync(gate.Chat("Written", " too late."), process: new(connection, Watch: watch));
        var run = await first.AskAsync();
        gate.Let(1);
        await RunAgentTests.WrittenAsync(first, run, "Written");
        await using var second = await first.RestartAsync(new(connection, DataFolder: "/another"));
        var last = await second.Store.LastSeqAsync(run.Id, Cancellation);

        await using var db = second.OpenDatabase();
        await using var taking = await db.Database.BeginTransactionAsync(Cancellation);
        Assert.True(await second.Store.TakeAsync(db, run.Id, row => row.Lease != second.Store.Lease, Cancellation));
        TaskCompletionSource looked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        watch.AfterQuery = () => looked.TrySetResult();
        watch.BeforeTransaction = () =>
        {
            looked.TrySetResult();
            return Task.CompletedTask;
        };
        var live = first.Host.Find(run.Id)!;
        RunEvent late = new(run.Id, last + 1, TimeProvider.System.GetUtcNow(), "message.delta", RunJson.Write(new TextData("late")));
        var stored = Task.Run(() => first.Store.AppendAsync(new(live, [late], live.Progress, Ended: false)), Cancellation);
        await looked.Task;
        await taking.CommitAsync(Cancellation);

        Assert.False(await stored);
        Assert.Equal(last, await second.Store.LastSeqAsync(run.Id, Cancellation));
        gate.Let(1);
    }

    [Fact]
    public async Task A_run_that_another_process_executes_or_has_waiting_is_stopped_from_here_and_its_plan_is_left_alone()
    {
        using Gate gate = new();
        var connection = await ConnectionAsync();
        await using var first = await AgentsRig.StartAsync(gate.Chat("Written", " never."), o => o.RunsAtOnce = 1, process: new(connection));
        var run = await first.AskAsync();
        gate.Let(1);
        await RunAgentTests.WrittenAsync(first, run, "Written");
        var waiting = await first.AskAsync();
        await using var second = await first.RestartAsync(new(connection, DataFolder: "/another"));

        var refused = await Assert.ThrowsAsync<RunConflictException>(() => second.Plans.EditAsync(AgentsRig.Anna, run.Id, 1, [new PlanStep("p1", "Look", "", null, [], "")], Cancellation).WaitAsync(Patience, Cancellation));
        Assert.Contains("Another process", refused.Message, StringComparison.Ordinal);
        foreach (var one in (RunInfo[])[waiting, run])
        {
            await second.Runs.CancelAsync(AgentsRig.Anna, one.Id, Cancellation).WaitAsync(Patience, Cancellation);
            Assert.Equal(RunStatus.Cancelled, (await second.Runs.GetAsync(AgentsRig.Anna, one.Id, Cancellation)).Status);
        }
        Assert.Equal("Written", (await second.AnswerAsync(run)).Text);
    }

    [Fact]
    public async Task A_suite_that_is_stopped_in_another_process_ends_the_runs_on_their_way()
    {
        using SemaphoreSlim go = new(0);
        var connection = await ConnectionAsync();
        await using var first = await AgentsRig.StartAsync(SuiteTests.Hanging(go), process: new(connection), tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var suite = await SuiteTests.SuiteAsync(first, "hang", "hang too");
        var started = await first.Suites.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), suite.Id, []), "Anna", Cancellation);
        List<Guid> runs = [];
        await AgentsRig.UntilAsync(async () =>
        {
            var cells = (await first.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).Results;
            runs = [.. cells.Select(cell => cell.RunId).OfType<Guid>()];
            return cells.All(cell => cell.Outcome == TestOutcome.Running) && await StatusesAsync() is [RunStatus.InProgress, RunStatus.InProgress];
        });
        await using var second = await first.RestartAsync(new(connection, DataFolder: "/another"));
        await second.Suites.CancelAsync(AgentsRig.Anna, started.Id, Cancellation);
        go.Release(1); // one of them comes to its end, finds its suite stopped, and has the other stopped
        await AgentsRig.UntilAsync(async () => await StatusesAsync() is [RunStatus.Completed, RunStatus.Cancelled]);
        Assert.All((await first.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).Results, cell => Assert.Equal(TestOutcome.Cancelled, cell.Outcome));

        async Task<List<RunStatus>> StatusesAsync()
        {
            await using var db = first.OpenDatabase();
            return await db.Runs.Where(r => runs.Contains(r.Id)).Select(r => r.Status).Order().ToListAsync(Cancellation);
        }
    }

    [Fact]
    public async Task What_an_asked_agent_waits_for_may_be_decided_before_it_is_stored_that_the_asking_one_waits()
    {
        var connection = await ConnectionAsync();
        DatabaseWatch watch = new();
        var chat = Deciding(messages => [messages.Any(m => m.Role == ChatRole.Tool) ? new TextContent("Sent.")
            : messages[0].Text.Contains("the expert", StringComparison.Ordinal) ? Call("send", new { text = "mail" }) : Call(AskAgentTool.ToolName, new { agent = "expert", task = "Send it." })]);
        RecordingTool send = new("send", ToolEffects.Writes);
        await using var first = await AgentsRig.StartAsync(chat, tools: [send], process: new(connection, Watch: watch));
        await using var second = await first.RestartAsync(new(connection, DataFolder: "/another"), tools: [send]);
        var expert = await first.Agents.CreateAsync(AgentsRig.Anna, new() { Name = "Expert", Slug = "expert", Instructions = "You are the expert.", Tools = [new("send", ToolPolicy.Ask)] }, Cancellation);
        await first.Agents.PublishAsync(AgentsRig.Anna, expert.Id, "", Cancellation);

        // Once the expert's wait is stored, whatever the first process stores of the asking run is held, that it waits the last of it.
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously), decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
        watch.BeforeTransaction = async () =>
        {
            await using var db = second.OpenDatabase();
            if (!await db.Runs.AnyAsync(r => r.ParentId != null && r.Status == RunStatus.RequiresAction, Cancellation))
                return;
            held.TrySetResult();
            await decided.Task;
        };
        var run = await first.LetAsync(new() { Name = "Chief", Slug = "chief", Agents = ["expert"], Tools = [new(AskAgentTool.ToolName, ToolPolicy.Always)] });
        try
        {
            await held.Task.WaitAsync(Patience, Cancellation);
            Assert.NotEqual(RunStatus.RequiresAction, (await second.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status);
            var asked = Assert.Single(await second.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation));
            await second.Approvals.DecideAsync(AgentsRig.Anna, asked.Id, new(Approve: true), Cancellation);
        }
        finally
        {
            watch.BeforeTransaction = null;
            decided.SetResult();
        }

        Assert.Equal("Sent.", (await first.EventsAsync(run))[^1].Read<TextData>().Text);
        Assert.Equal(["mail"], send.Calls);
    }

    [Fact]
    public async Task Who_follows_a_run_that_another_process_takes_over_is_told_how_it_ended_there()
    {
        using Gate gate = new();
        var connection = await ConnectionAsync();
        await using var first = await AgentsRig.StartAsync(gate.Chat("Written", " too late."), process: new(connection));
        var run = await first.LetAsync(new() { Name = "Clerk", Slug = "clerk", Instructions = "Answer." });
        gate.Let(1);
        await RunAgentTests.WrittenAsync(first, run, "Written");
        var following = first.EventsAsync(run);
        ManualClock later = new(TimeProvider.System.GetUtcNow() + 2 * RunStore.LeaseTime);
        await using var second = await first.RestartAsync(new(connection, DataFolder: "/another", later), chat: Saying("27 days."));
        Assert.Equal("27 days.", (await second.EventsAsync(run))[^1].Read<TextData>().Text);
        gate.Let(1); // the first goes on, and learns that the run is no longer its own
        var seen = await following;
        Assert.Equal("27 days.", seen[^1].Read<TextData>().Text);
        Assert.DoesNotContain(seen, e => e.Name == "run.status" && e.Read<RunStatusData>().Status == "cancelled");
        await AgentsRig.UntilAsync(() => Task.FromResult(first.Host.Live.Count == 0));
    }

    [Fact]
    public async Task A_run_that_was_stopped_is_not_gone_on_with_by_who_takes_it_up()
    {
        var connection = await ConnectionAsync();
        var chat = Deciding(Call("send", new { text = "mail" }), new TextContent("Sent."));
        RecordingTool send = new("send", ToolEffects.Writes);
        await using var first = await AgentsRig.StartAsync(chat, process: new(connection), tools: [new RecordingTool("look"), send]);
        var run = await first.LetAsync(AgentLoopTests.Clerk with { Tools = [new("send", ToolPolicy.Ask)] });
        await AgentsRig.UntilAsync(async () => (await first.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status == RunStatus.RequiresAction);
        await first.WorkOnWaitingAsync();
        await first.Store.AskToStopAsync(run.Id, Cancellation);
        ManualClock later = new(TimeProvider.System.GetUtcNow() + 2 * RunStore.LeaseTime);
        await using var second = await first.RestartAsync(new(connection, DataFolder: "/another", later), chat, [new RecordingTool("look"), send]);
        await second.EventsAsync(run);
        Assert.Equal(RunStatus.Cancelled, (await second.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status);
        Assert.Empty(send.Calls);
    }

    [Fact]
    public async Task Who_stops_a_run_has_that_stored_before_its_end_is()
    {
        using Gate gate = new();
        var connection = await ConnectionAsync();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Written", " never."), process: new(connection));
        var run = await rig.AskAsync();
        gate.Let(1);
        await RunAgentTests.WrittenAsync(rig, run, "Written");
        await rig.Runs.CancelAsync(AgentsRig.Anna, run.Id, Cancellation);
        Assert.True((await rig.Store.FindAsync(AgentsRig.Anna.UserId, run.Id, Cancellation))!.StopAsked); // a kill in between would leave this
    }

    [Fact]
    public async Task What_was_stored_while_the_connection_broke_is_not_stored_again_and_the_run_goes_on()
    {
        using Gate gate = new();
        var connection = await ConnectionAsync();
        DatabaseWatch watch = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Written", " to the end."), process: new(connection, Watch: watch));
        var run = await rig.AskAsync();
        var broken = 0;
        watch.AfterCommit = () =>
        {
            if (Interlocked.Increment(ref broken) <= 2)
                throw new IOException("The connection broke before the answer.");
        };
        gate.Let(1);
        await AgentsRig.UntilAsync(() => Task.FromResult(broken > 0));
        gate.Let(1);
        var events = await rig.EventsAsync(run);
        Assert.Equal(("done", "Written to the end."), (events[^1].Name, (await rig.AnswerAsync(run)).Text));
        await AgentsRig.UntilAsync(() => Task.FromResult(rig.Host.Live.Count == 0)); // its place is free
        Assert.Equal(Enumerable.Range(1, events.Count), (await rig.Store.AllEventsAsync(run.Id, Cancellation)).Select(e => e.Seq));
    }

    [Fact]
    public async Task What_changes_nothing_of_a_runs_message_does_not_write_it_and_what_is_asked_at_its_end_waits_for_nobody()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Written"), process: new(await ConnectionAsync()));
        var run = await rig.LetAsync(new() { Name = "Clerk", Slug = "clerk", Instructions = "Answer." });
        IReadOnlyList<RunEvent> before = [];
        await AgentsRig.UntilAsync(async () => (before = await rig.Store.AllEventsAsync(run.Id, Cancellation)).Any(e => e.Name == "step.started")); // the last before the model's first word
        var live = rig.Host.Find(run.Id)!;
        var (last, now) = (before[^1].Seq, TimeProvider.System.GetUtcNow());
        await SayAsync("by somebody else");

        RunProgress told = new() { Status = RunStatus.InProgress };
        RunEvent call = new(run.Id, last + 1, now, "tool.call", "{}");
        Assert.True(await rig.Store.AppendAsync(new(live, [call], told, Ended: false, TellsMore: false)));
        Assert.Equal("by somebody else", (await rig.AnswerAsync(run)).Text);

        told.Write("The end.");
        told.Status = RunStatus.Cancelled;
        RunEvent asked = new(run.Id, last + 2, now, "approval.requested", RunJson.Write(new ApprovalRequestedData(Guid.NewGuid(), "s1_1", "send", JsonElement.Parse("{}"), "Writes", now + TimeSpan.FromHours(1))));
        Assert.True(await rig.Store.AppendAsync(new(live, [asked, new(run.Id, last + 3, now, "done", RunJson.Write(new TextData("The end.")))], told, Ended: true)));
        Assert.Equal(("The end.", RunStatus.Cancelled), ((await rig.AnswerAsync(run)).Text, (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status));
        Assert.Equal(ApprovalStatus.Withdrawn, Assert.Single(await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: false, Cancellation)).Status);
        Assert.False(await rig.Store.AppendAsync(new(live, [call with { Seq = last + 4 }], told, Ended: false))); // it has ended
        gate.Let(1);

        async Task SayAsync(string text)
        {
            await using var db = rig.OpenDatabase();
            await db.Messages.Where(m => m.Id == run.AssistantMessageId).ExecuteUpdateAsync(set => set.SetProperty(m => m.Text, text), Cancellation);
        }
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
}
