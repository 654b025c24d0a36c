using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Nesting;
using Platform.Agents.Runs;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Retrieval;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Nesting;

public sealed class AskedRunsTests
{
    private static readonly AgentDefinition Chief = new() { Name = "Chief", Slug = "chief", Instructions = "You are the chief.", Tools = [new(AskAgentTool.ToolName, ToolPolicy.Always)], Agents = ["expert"] };
    private static readonly AgentDefinition Expert = new() { Name = "Expert", Slug = "expert", Instructions = "You are the expert.", Tools = [new("send", ToolPolicy.Ask)] };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_an_asked_agent_waits_for_and_what_was_spent_so_far_is_told_of_the_run_that_asked()
    {
        await using var rig = await AgentsRig.StartAsync(Sending(), tools: [new RecordingTool("send", ToolEffects.Writes)]);
        var (run, asked) = await WaitingAsync(rig);
        var told = await rig.Outcomes.GetAsync(AgentsRig.Anna, run.Id, Cancellation);
        Assert.Equal(RunStatus.RequiresAction, told.Run.Status);
        Assert.Equal([asked.Id], told.Waiting);
        Assert.Equal(120, told.Usage!.Usage.PromptTokens + told.Usage.Usage.CompletionTokens);
        Assert.Equal([asked.Id], (await rig.Outcomes.GetAsync(AgentsRig.Anna, asked.RunId, Cancellation)).Waiting);
    }

    [Fact]
    public async Task A_conversation_is_deleted_with_the_runs_of_agents_that_were_asked_in_it()
    {
        await using var rig = await AgentsRig.StartAsync(Sending(), tools: [new RecordingTool("send", ToolEffects.Writes)]);
        var (run, asked) = await WaitingAsync(rig);
        await rig.Conversations.DeleteAsync(AgentsRig.Anna, run.ConversationId, Cancellation);
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Runs.GetAsync(AgentsRig.Anna, asked.RunId, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Approvals.GetAsync(AgentsRig.Anna, asked.Id, Cancellation));
        Assert.Equal(0, await rig.Approvals.CountAsync(AgentsRig.Anna, Cancellation));
    }

    [Fact]
    public async Task What_waits_below_a_run_that_ended_a_moment_before_a_crash_is_ended_by_and_by()
    {
        await using var rig = await AgentsRig.StartAsync(Sending(), tools: [new RecordingTool("send", ToolEffects.Writes)]);
        var (_, asked) = await WaitingAsync(rig);
        await rig.EndAskingRunsAsync();
        await rig.Store.EndAbandonedAsync(Cancellation);
        Assert.Equal(RunStatus.Cancelled, (await rig.Runs.GetAsync(AgentsRig.Anna, asked.RunId, Cancellation)).Status);
        Assert.Equal(ApprovalStatus.Withdrawn, (await rig.Approvals.GetAsync(AgentsRig.Anna, asked.Id, Cancellation)).Status);
    }

    [Fact]
    public async Task What_a_run_asked_a_moment_before_its_process_and_its_asking_run_were_gone_is_withdrawn()
    {
        await using var rig = await AgentsRig.StartAsync(Sending(), tools: [new RecordingTool("send", ToolEffects.Writes)]);
        var (_, asked) = await WaitingAsync(rig);
        await rig.EndAskingRunsAsync();
        await rig.WorkOnWaitingAsync();
        await using (var db = rig.OpenDatabase())
            await db.Runs.ExecuteUpdateAsync(set => set.SetProperty(r => r.LeaseUntil, DateTimeOffset.UnixEpoch), Cancellation);
        await rig.Store.EndAbandonedAsync(Cancellation);
        Assert.Equal(RunStatus.Failed, (await rig.Runs.GetAsync(AgentsRig.Anna, asked.RunId, Cancellation)).Status);
        Assert.Equal(ApprovalStatus.Withdrawn, (await rig.Approvals.GetAsync(AgentsRig.Anna, asked.Id, Cancellation)).Status);
        Assert.Null(await rig.Approvals.ExpireAsync(Cancellation));

        await using (var db = rig.OpenDatabase())
            await db.Approvals.ExecuteUpdateAsync(set => set.SetProperty(a => a.Status, ApprovalStatus.Pending), Cancellation); // as an earlier program left it
        Assert.Null(await rig.Approvals.ExpireAsync(Cancellation)); // nobody is to look again a second later, and a second later again
    }

    [Fact]
    public async Task Tokens_of_agents_two_deep_are_charged_to_the_run_at_the_top()
    {
        var chat = Deciding(messages => [messages[0].Text.Contains("the clerk", StringComparison.Ordinal) || messages.Any(m => m.Role == ChatRole.Tool) ? new TextContent("27 days.")
            : Call(AskAgentTool.ToolName, new { agent = messages[0].Text.Contains("the expert", StringComparison.Ordinal) ? "clerk" : "expert", task = "How many?" })]);
        await using var rig = await AgentsRig.StartAsync(chat);
        await PublishAsync(rig, Expert with { Tools = Chief.Tools, Agents = ["clerk"] });
        await PublishAsync(rig, new() { Name = "Clerk", Slug = "clerk", Instructions = "You are the clerk." });
        var events = await rig.EventsAsync(await rig.LetAsync(Chief));
        Assert.Equal("27 days.", events[^1].Read<TextData>().Text);
        Assert.Equal(3 * 120, events.Single(e => e.Name == "tool.result").Read<ToolResultData>().Tokens); // the expert's two questions to its model, and the clerk's one
    }

    private static Platform.Fakes.ScriptedChatClient Sending() => Deciding(messages => [messages.Any(m => m.Role == ChatRole.Tool) ? new TextContent("Sent.")
        : messages[0].Text.Contains("the expert", StringComparison.Ordinal) ? Call("send", new { text = "mail" }) : Call(AskAgentTool.ToolName, new { agent = "expert", task = "Send it." })]);

    /// <summary>The chief's run and what the expert waits for in its own.</summary>
    private static async Task<(RunInfo Run, Approval Asked)> WaitingAsync(AgentsRig rig)
    {
        await PublishAsync(rig, Expert);
        var run = await rig.LetAsync(Chief);
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status == RunStatus.RequiresAction);
        return (run, Assert.Single(await rig.Approvals.BelowAsync(AgentsRig.Anna, run.Id, Cancellation)));
    }

    private static async Task PublishAsync(AgentsRig rig, AgentDefinition definition)
    {
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, definition, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
    }
}
