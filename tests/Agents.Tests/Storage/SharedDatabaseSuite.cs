using Microsoft.Extensions.AI;
using Platform.Agents.Definitions;
using Platform.Agents.Nesting;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tests.Runs;
using Platform.Agents.Tests.Schedules;
using Platform.Agents.Tools;
using Platform.Fakes;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Storage;

/// <summary>What both databases must do for this room, and for several processes that share one.</summary>
public abstract partial class SharedDatabaseSuite
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>To a database of the test's own; null for the SQLite file of the rig's folder.</summary>
    protected abstract Task<string?> ConnectionAsync();

    [Fact]
    public async Task Questions_answers_and_conversations_are_kept_found_and_deleted()
    {
        await using var rig = await AgentsRig.StartAsync(process: new(await ConnectionAsync()));
        var run = await rig.AskAsync("How many days of annual leave? 年假有几天？");
        var events = await rig.EventsAsync(run);
        Assert.Equal("done", events[^1].Name);
        Assert.Equal(events, await rig.EventsAsync(run, after: 0));
        Assert.Equal("Yes [1].", (await rig.AnswerAsync(run)).Text);
        Assert.Equal([run.ConversationId], (await rig.Conversations.ListAsync(AgentsRig.Anna, "ANNUAL", Cancellation)).Select(c => c.Id));
        Assert.Equal([run.ConversationId], (await rig.Conversations.ListAsync(AgentsRig.Anna, "年假", Cancellation)).Select(c => c.Id));
        await rig.Conversations.RenameAsync(AgentsRig.Anna, run.ConversationId, "Holidays", Cancellation);
        await rig.Conversations.SetBasesAsync(AgentsRig.Anna, run.ConversationId, [Guid.NewGuid()], Cancellation);
        Assert.Equal("Holidays", (await rig.Conversations.GetAsync(AgentsRig.Anna, run.ConversationId, Cancellation)).Title);
        await rig.Conversations.SetSubjectAsync(AgentsRig.Anna, run.ConversationId, new(Model: "small:legal@2"), Cancellation);
        Assert.Equal("small:legal@2", (await rig.Conversations.GetAsync(AgentsRig.Anna, run.ConversationId, Cancellation)).Subject.Model);
        RunFilter every = new(RunStatus.Completed, OwnerId: "anna", Containing: "年假", From: run.CreatedAt, ConversationId: run.ConversationId) { LeastTokens = 1, Purpose = RunPurpose.Asked, Started = true };
        var found = Assert.Single((await rig.Archive.ListAsync(AgentsRig.Anna, every, 0, 10, Cancellation)).Runs);
        Assert.Equal((run.Id, RunTrace.Of(events).Clock.Worked), (found.Run.Id, found.Worked));
        Assert.Single((await rig.Archive.ListAsync(AgentsRig.Anna, every with { LeastTime = found.Worked }, 0, 10, Cancellation)).Runs);
        Assert.Empty((await rig.Archive.ListAsync(AgentsRig.Anna, every with { LeastTime = found.Worked + TimeSpan.FromMilliseconds(1) }, 0, 10, Cancellation)).Runs);
        await rig.Conversations.DeleteAsync(AgentsRig.Anna, run.ConversationId, Cancellation);
        Assert.Empty(await rig.Conversations.ListAsync(AgentsRig.Anna, null, Cancellation));
    }

    [Fact]
    public async Task Of_starts_at_once_one_wins_and_the_others_are_told_why()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Text."), process: new(await ConnectionAsync()));
        var conversation = (await rig.Conversations.CreateAsync(AgentsRig.Anna, [], Cancellation)).Id;
        var failures = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await Record.ExceptionAsync(() => rig.AskAsync(conversation: conversation)), Cancellation)));
        Assert.Equal(7, failures.OfType<RunConflictException>().Count());
        Assert.Single(failures, failure => failure is null);
        gate.Let(1);
    }

    [Fact]
    public async Task A_start_leaves_the_runs_of_another_living_process_alone()
    {
        using Gate gate = new();
        var connection = await ConnectionAsync();
        await using var first = await AgentsRig.StartAsync(gate.Chat("Written", " to the end."), process: new(connection));
        var run = await first.AskAsync();
        gate.Let(1);
        await RunAgentTests.WrittenAsync(first, run, "Written");

        await using var second = await first.RestartAsync(new(connection, DataFolder: "/another"));
        await second.Store.EndAbandonedAsync(Cancellation);
        Assert.Equal(RunStatus.InProgress, (await second.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status);
        gate.Let(1);
        Assert.Equal("done", (await second.EventsAsync(run))[^1].Name);
        Assert.Equal("Written to the end.", (await second.AnswerAsync(run)).Text);
    }

    [Fact]
    public async Task A_run_whose_process_no_longer_keeps_its_lease_is_ended_by_another_and_the_first_adds_nothing_more()
    {
        using Gate gate = new();
        var connection = await ConnectionAsync();
        await using var first = await AgentsRig.StartAsync(gate.Chat("Written", " too late."), process: new(connection));
        var run = await first.AskAsync();
        gate.Let(1);
        await RunAgentTests.WrittenAsync(first, run, "Written");

        ManualClock later = new(TimeProvider.System.GetUtcNow() + RunStore.LeaseTime / 2);
        await using var second = await first.RestartAsync(new(connection, DataFolder: "/another", later));
        Assert.Equal(RunStatus.InProgress, (await second.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status);
        await first.Store.KeepAsync([run.Id], Cancellation);
        later.Advance(RunStore.LeaseTime / 2 - TimeSpan.FromSeconds(1));
        await second.Store.EndAbandonedAsync(Cancellation);
        Assert.Equal(RunStatus.InProgress, (await second.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status);
        later.Advance(RunStore.LeaseTime);
        await Task.WhenAll(second.Store.EndAbandonedAsync(Cancellation), first.Store.EndAbandonedAsync(Cancellation), second.Store.EndAbandonedAsync(Cancellation));
        var events = await second.EventsAsync(run);
        Assert.Equal(RunErrorKind.Interrupted, events[^1].Read<ErrorData>().Kind);

        gate.Let(1);
        await first.StopHostAsync(); // returns when what the first has to store is stored
        Assert.Equal(events, await second.EventsAsync(run));
        Assert.Equal(("Written", RunStatus.Failed), ((await second.AnswerAsync(run)).Text, (await second.AnswerAsync(run)).Status));
    }

    [Fact]
    public async Task Tables_of_the_first_version_are_brought_up_to_date_with_all_that_is_in_them()
    {
        using Gate gate = new();
        var connection = await ConnectionAsync();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Written", " never."), process: new(connection));
        var run = await rig.AskAsync();
        gate.Let(1);
        await RunAgentTests.WrittenAsync(rig, run, "Written");
        await rig.MakeOldAsync();

        await using var next = await rig.RestartAsync(new(connection));
        Assert.Equal(("Written", RunStatus.Failed), ((await next.AnswerAsync(run)).Text, (await next.AnswerAsync(run)).Status));
        Assert.True((await next.Archive.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Listed is { TokensOfOthers: 0, Run.Purpose: RunPurpose.Asked });
        Assert.Equal("done", (await next.EventsAsync(await next.AskAsync(conversation: run.ConversationId)))[^1].Name);
        var agent = await next.Agents.CreateAsync(AgentsRig.Anna, new AgentDefinition { Name = "Clerk", Slug = "clerk" }, Cancellation);
        Assert.Equal(1, (await next.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation)).Number);
        await next.Memories.AddAsync(AgentsRig.Anna, agent.Id, "Likes short answers.", shared: true, Cancellation);
        Assert.Single(await next.Memories.ListAsync(AgentsRig.Anna, agent.Id, Cancellation));
        Assert.Equal("done", (await next.EventsAsync(await next.LetAsync(new AgentDefinition { Name = "Clerk", Slug = "clerk" }, id: agent.Id)))[^1].Name);
    }

    [Fact]
    public async Task Agents_that_ask_agents_forks_and_suites_of_tests_are_kept_alike()
    {
        var chat = Deciding(messages => messages[0].Text.Contains("chief", StringComparison.Ordinal) && messages[^1].Role != ChatRole.Tool
            ? [Call(AskAgentTool.ToolName, new { agent = "expert", task = "How many?" })]
            : messages[^1].Text == "How many?" ? [Call("send", new { text = "mail" })] : [new TextContent("27 days.")]);
        RecordingTool send = new("send", ToolEffects.Writes);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [send], process: new(await ConnectionAsync()));
        await PublishAsync(new() { Name = "Expert", Slug = "expert", Tools = [new("send", ToolPolicy.Ask)] });
        AgentDefinition chief = new() { Name = "Chief", Slug = "chief", Instructions = "You are the chief.", Agents = ["expert"], Tools = [new(AskAgentTool.ToolName, ToolPolicy.Always)] };
        var id = await PublishAsync(chief);
        var run = await rig.LetAsync(chief, id: id);
        await AgentsRig.UntilAsync(async () => (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation)).Count == 1);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation))[0].Id, new(Approve: true), Cancellation);
        Assert.Equal("done", (await rig.EventsAsync(run))[^1].Name);
        Assert.Single(send.Calls);
        Assert.Equal("done", (await rig.EventsAsync(await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid(), "s2"), Cancellation)))[^1].Name);

        var suite = await rig.Tests.CreateSuiteAsync(AgentsRig.Anna, id, "Suite", Cancellation);
        await rig.Tests.SaveAsync(AgentsRig.Anna, suite.Id, null, (await rig.Tests.SuggestAsync(AgentsRig.Anna, run.Id, Cancellation)).Case, Cancellation);
        var started = await rig.Suites.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), suite.Id, [new(), new("other")]), "Anna", Cancellation);
        await AgentsRig.UntilAsync(async () => (await rig.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).EndedAt is not null);
        Assert.Equal(2, (await rig.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).Passed);
        Assert.Single(send.Calls);
        await rig.Tests.DeleteSuiteAsync(AgentsRig.Anna, suite.Id, Cancellation);

        async Task<Guid> PublishAsync(AgentDefinition definition)
        {
            var made = await rig.Agents.CreateAsync(AgentsRig.Anna, definition, Cancellation);
            await rig.Agents.PublishAsync(AgentsRig.Anna, made.Id, "", Cancellation);
            return made.Id;
        }
    }

    [Fact]
    public async Task Of_two_processes_one_takes_a_schedules_time()
    {
        var connection = await ConnectionAsync();
        ManualClock clock = new(TimeProvider.System.GetUtcNow());
        await using var first = await AgentsRig.StartAsync(ScriptedChatClient.Saying("Fine."), process: new(connection, Clock: clock));
        await using var second = await first.RestartAsync(new(connection, DataFolder: "/another", clock), ScriptedChatClient.Saying("Fine."));
        var schedule = await ScheduleTests.ScheduledAsync(first, "* * * * *");
        clock.Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(first.ScheduleHost.LookAsync(Cancellation), second.ScheduleHost.LookAsync(Cancellation), first.ScheduleHost.LookAsync(Cancellation));
        await ScheduleTests.EndedAsync(first, Assert.Single(await first.Schedules.HistoryAsync(AgentsRig.Anna, schedule.Id, Cancellation)));
        Assert.Equal(1, (await second.Archive.ListAsync(AgentsRig.Anna, new RunFilter { Purpose = RunPurpose.Scheduled }, 0, 10, Cancellation)).Total);
    }

    [Fact]
    public async Task Of_two_agents_with_one_slug_and_two_saves_at_once_one_wins_and_the_other_is_told_why()
    {
        await using var rig = await AgentsRig.StartAsync(process: new(await ConnectionAsync()));
        AgentDefinition clerk = new() { Name = "Clerk", Slug = "clerk" };
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () => await Record.ExceptionAsync(() => rig.Agents.CreateAsync(AgentsRig.Anna, clerk, Cancellation)), Cancellation)));
        Assert.Equal(3, made.OfType<AgentConflictException>().Count(conflict => conflict.Message.Contains("'clerk'", StringComparison.Ordinal)));
        var agent = Assert.Single(await rig.Agents.ListAsync(AgentsRig.Anna, Cancellation));
        var saved = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(
            async () => await Record.ExceptionAsync(() => rig.Agents.SaveDraftAsync(AgentsRig.Anna, agent.Id, clerk with { Description = $"{i}" }, agent.Revision, Cancellation)), Cancellation)));
        Assert.Equal(3, saved.OfType<AgentConflictException>().Count());
        await rig.Agents.DeleteAsync(AgentsRig.Anna, agent.Id, Cancellation);
        Assert.Empty(await rig.Agents.ListAsync(AgentsRig.Anna, Cancellation));
    }
}
