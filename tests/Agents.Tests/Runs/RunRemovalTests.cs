using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Platform.Agents.Definitions;
using Platform.Agents.Nesting;
using Platform.Agents.Runs;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Fakes;
using Platform.Retrieval;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Runs;

public sealed class RunRemovalTests
{
    private static readonly AgentDefinition Chief = new() { Name = "Chief", Slug = "chief", Agents = ["expert"], Tools = [new(AskAgentTool.ToolName, ToolPolicy.Always)] };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_deletes_its_run_with_what_was_asked_below_and_a_thread_of_several_as_a_whole()
    {
        await using var rig = await AgentsRig.StartAsync(Asking(), tools: [new RecordingTool("send", ToolEffects.Writes)]);
        var run = await UnlistedAsync(rig);
        var below = (await rig.Archive.ListAsync(AgentsRig.Anna, new() { Purpose = RunPurpose.Nested }, 0, 10, Cancellation)).Runs.Single().Run;
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Removal.DeleteRunAsync(AgentsRig.Boris, run.Id, Cancellation));
        await Assert.ThrowsAsync<RunConflictException>(() => rig.Removal.DeleteRunAsync(AgentsRig.Anna, below.Id, Cancellation));
        await rig.Removal.DeleteRunAsync(AgentsRig.Anna, run.Id, Cancellation);
        Assert.Equal(0, (await rig.Archive.ListAsync(AgentsRig.Anna, new(), 0, 10, Cancellation)).Total);
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Conversations.GetAsync(AgentsRig.Anna, run.ConversationId, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Removal.DeleteRunAsync(AgentsRig.Anna, run.Id, Cancellation));

        var first = await UnlistedAsync(rig);
        await rig.EventsAsync(await rig.LetAsync(Chief, conversation: first.ConversationId));
        var several = await Assert.ThrowsAsync<RunConflictException>(() => rig.Removal.DeleteRunAsync(AgentsRig.Anna, first.Id, Cancellation));
        Assert.Contains($"one of 2 in the thread {first.ConversationId}", several.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Removal.DeleteThreadAsync(AgentsRig.Boris, first.ConversationId, Cancellation));
        await rig.Removal.DeleteThreadAsync(AgentsRig.Anna, first.ConversationId, Cancellation);
        Assert.Equal(0, (await rig.Archive.ListAsync(AgentsRig.Anna, new(), 0, 10, Cancellation)).Total);
    }

    [Fact]
    public async Task What_stands_in_a_persons_list_is_not_deleted_from_outside_it_and_what_goes_on_is_stopped_first()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Text."));
        var listed = await rig.AskAsync();
        await Assert.ThrowsAsync<RunConflictException>(() => rig.Removal.DeleteRunAsync(AgentsRig.Anna, listed.Id, Cancellation));
        await Assert.ThrowsAsync<RunConflictException>(() => rig.Removal.DeleteThreadAsync(AgentsRig.Anna, listed.ConversationId, Cancellation));
        var run = await rig.Runs.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), Guid.NewGuid(), "How many?") { Before = [] }, Cancellation);
        await rig.Removal.DeleteRunAsync(AgentsRig.Anna, run.Id, Cancellation);
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation));
        Assert.Null(rig.Host.Find(run.Id));
        gate.Let(1);
        await rig.EventsAsync(listed);
    }

    [Fact]
    public async Task The_run_of_a_test_whose_suite_is_gone_is_deleted_like_any_other()
    {
        await using var rig = await AgentsRig.StartAsync(Asking(), tools: [new RecordingTool("send", ToolEffects.Writes)]);
        var (run, old) = (await UnlistedAsync(rig), await UnlistedAsync(rig));
        await using (var db = rig.OpenDatabase())
        {
            await db.Runs.Where(r => r.Id == run.Id || r.Id == old.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.Purpose, RunPurpose.Test), Cancellation); // as an agent left it that was deleted earlier
            await db.Conversations.Where(c => c.Id == old.ConversationId).ExecuteUpdateAsync(set => set.SetProperty(c => c.UpdatedAt, DateTimeOffset.UnixEpoch), Cancellation);
        }
        await rig.Removal.DeleteRunAsync(AgentsRig.Anna, run.Id, Cancellation);
        Assert.Equal(1, await rig.Removal.DeleteOldAsync(Cancellation));
        Assert.Equal(0, (await rig.Archive.ListAsync(AgentsRig.Anna, new(), 0, 10, Cancellation)).Total);
    }

    [Theory]
    [InlineData(90, 1)]
    [InlineData(0, 0)]
    public async Task What_stands_in_no_list_is_deleted_when_its_time_is_up_unless_it_is_kept_for_ever(int days, int deleted)
    {
        ManualClock clock = new(TimeProvider.System.GetUtcNow());
        await using var rig = await AgentsRig.StartAsync(Asking(), o => o.KeepUnlisted = TimeSpan.FromDays(days), tools: [new RecordingTool("send", ToolEffects.Writes)], process: new(Clock: clock));
        var old = await UnlistedAsync(rig);
        var listed = await rig.LetAsync(new() { Name = "Clerk", Slug = "clerk", Instructions = "Be brief." });
        await rig.EventsAsync(listed);
        var waiting = await rig.Runs.StartAsync(AgentsRig.Anna, Start("Send it."), Cancellation);
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, waiting.Id, Cancellation)).Status == RunStatus.RequiresAction);

        clock.Advance(TimeSpan.FromDays(89));
        Assert.Equal(0, await rig.Removal.DeleteOldAsync(Cancellation));
        clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(deleted, await rig.Removal.DeleteOldAsync(Cancellation));
        var left = (await rig.Archive.ListAsync(AgentsRig.Anna, new(), 0, 10, Cancellation)).Runs.Select(found => found.Run.Id).ToHashSet();
        Assert.Equal((deleted == 0, true, true), (left.Contains(old.Id), left.Contains(listed.Id), left.Contains(waiting.Id)));
        Assert.Equal(deleted == 0 ? 4 : 2, left.Count); // the run of the agent that was asked goes with the one that asked
    }

    private static async Task<RunInfo> UnlistedAsync(AgentsRig rig)
    {
        if (!(await rig.Agents.ListAsync(AgentsRig.Anna, Cancellation)).Any(agent => agent.Slug == "expert"))
        {
            var expert = await rig.Agents.CreateAsync(AgentsRig.Anna, new() { Name = "Expert", Slug = "expert", Instructions = "You are the expert." }, Cancellation);
            await rig.Agents.PublishAsync(AgentsRig.Anna, expert.Id, "", Cancellation);
        }
        var run = await rig.Runs.StartAsync(AgentsRig.Anna, Start("How many?"), Cancellation);
        await rig.EventsAsync(run);
        return run;
    }

    private static StartRun Start(string question) => new(Guid.NewGuid(), Guid.NewGuid(), question, Agent: new(Guid.NewGuid(), 1, Chief with { Tools = [.. Chief.Tools, new("send", ToolPolicy.Ask)] }, "Anna", false)) { Before = [] };

    private static ScriptedChatClient Asking() => Deciding(messages =>
        [messages[^1].Role == ChatRole.Tool || messages[0].Text.Contains("the expert", StringComparison.Ordinal) || messages[0].Text.Contains("Be brief", StringComparison.Ordinal) ? new TextContent("27 days.")
            : messages[^1].Text == "Send it." ? Call("send", new { text = "mail" }) : Call(AskAgentTool.ToolName, new { agent = "expert", task = "How many?" })]);
}
