using Platform.Agents.Definitions;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Tests.Definitions;

public sealed class ToolGrantTests
{
    private static readonly Caller Carla = new("carla", IsAdministrator: false);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static RecordingTool[] Here => [new("look"), new("send")];

    [Fact]
    public async Task A_tool_that_is_always_allowed_is_a_further_version_and_nothing_else_of_the_draft_is_published()
    {
        await using var rig = await AgentsRig.StartAsync(tools: Here);
        AgentDefinition clerk = new() { Name = "Clerk", Slug = "clerk", Instructions = "Published.", Tools = [new("send", ToolPolicy.Ask), new("look", ToolPolicy.Ask)] };
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, clerk, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
        await rig.Agents.SaveDraftAsync(AgentsRig.Anna, agent.Id, clerk with { Instructions = "Not yet." }, null, Cancellation);

        Assert.True(await rig.Grants.MayAllowAsync(AgentsRig.Anna, agent.Id, "send", Cancellation));
        await rig.Grants.AllowAsync(AgentsRig.Anna, agent.Id, "send", ToolEffects.Reads, "send no longer asks", Cancellation);

        var runs = await rig.Agents.PublishedAsync(AgentsRig.Anna, "clerk", Cancellation);
        Assert.Equal((2, "Published.", "send no longer asks"), (runs.Number, runs.Definition.Instructions, runs.Note));
        Assert.Equal([ToolPolicy.Always, ToolPolicy.Ask], runs.Definition.Tools.Select(tool => tool.Policy));
        var draft = await rig.Agents.DraftAsync(AgentsRig.Anna, agent.Id, Cancellation);
        Assert.Equal(("Not yet.", ToolPolicy.Always), (draft.Instructions, draft.Tools[0].Policy));
        Assert.False(await rig.Grants.MayAllowAsync(AgentsRig.Anna, agent.Id, "send", Cancellation));
    }

    [Theory]
    [InlineData(ToolPolicy.Never)]
    [InlineData(null)]
    public async Task A_tool_that_the_agent_does_not_ask_before_is_not_allowed_by_an_old_card(ToolPolicy? policy)
    {
        await using var rig = await AgentsRig.StartAsync(tools: Here);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, new() { Name = "Clerk", Slug = "clerk", Tools = policy is { } set ? [new("send", set)] : [] }, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
        await Assert.ThrowsAsync<AgentConflictException>(() => rig.Grants.AllowAsync(AgentsRig.Anna, agent.Id, "send", ToolEffects.Reads, "", Cancellation));
        var runs = await rig.Agents.PublishedAsync(AgentsRig.Anna, "clerk", Cancellation);
        Assert.Equal(1, runs.Number);
        Assert.Equal(policy, runs.Definition.Tools.SingleOrDefault()?.Policy);
    }

    [Fact]
    public async Task Of_two_who_allow_at_once_one_may_be_told_that_the_agent_changed_and_nothing_worse()
    {
        await using var rig = await AgentsRig.StartAsync(tools: Here);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, new() { Name = "Clerk", Slug = "clerk", Tools = [new("send", ToolPolicy.Ask), new("look", ToolPolicy.Ask)] }, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
        foreach (var allowing in (Task[])[rig.Grants.AllowAsync(AgentsRig.Anna, agent.Id, "send", ToolEffects.Reads, "", Cancellation), rig.Grants.AllowAsync(AgentsRig.Boris, agent.Id, "look", ToolEffects.Reads, "", Cancellation)])
        {
            if (await Record.ExceptionAsync(() => allowing) is { } refused)
                Assert.IsType<AgentConflictException>(refused);
        }
        Assert.Contains((await rig.Agents.PublishedAsync(AgentsRig.Anna, "clerk", Cancellation)).Definition.Tools, tool => tool.Policy == ToolPolicy.Always);
    }

    [Fact]
    public async Task Only_who_may_change_the_agent_lets_it_off_asking()
    {
        await using var rig = await AgentsRig.StartAsync(tools: Here);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, new() { Name = "Clerk", Slug = "clerk", Tools = [new("send", ToolPolicy.Ask)] }, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
        await rig.Agents.SetVisibilityAsync(AgentsRig.Anna, agent.Id, AgentVisibility.Everyone, Cancellation);

        Assert.False(await rig.Grants.MayAllowAsync(Carla, agent.Id, "send", Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Grants.AllowAsync(Carla, agent.Id, "send", ToolEffects.Reads, "", Cancellation));
        Assert.True(await rig.Grants.MayAllowAsync(AgentsRig.Boris, agent.Id, "send", Cancellation));
        Assert.False(await rig.Grants.MayAllowAsync(AgentsRig.Anna, Guid.NewGuid(), "send", Cancellation));
    }

    [Fact]
    public async Task A_strangers_tool_that_does_more_by_now_is_allowed_anew_for_what_was_shown_and_for_no_more()
    {
        const ToolEffects Reading = ToolEffects.Reads | ToolEffects.Network, Writing = Reading | ToolEffects.Writes;
        RecordingTool page = new("probe__page", Reading) { From = "probe" };
        await using var rig = await AgentsRig.StartAsync(tools: [page]);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, new() { Name = "Clerk", Slug = "clerk", Tools = [ToolSetting.Of(page, ToolPolicy.Always)] }, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
        Assert.False(await rig.Grants.MayAllowAsync(AgentsRig.Anna, agent.Id, page.Name, Cancellation));

        page.Does = Writing;
        Assert.True(await rig.Grants.MayAllowAsync(AgentsRig.Anna, agent.Id, page.Name, Cancellation));
        await rig.Grants.AllowAsync(AgentsRig.Anna, agent.Id, page.Name, Reading, "", Cancellation); // of a card that was shown before it turned
        Assert.True(await rig.Grants.MayAllowAsync(AgentsRig.Anna, agent.Id, page.Name, Cancellation));
        await rig.Grants.AllowAsync(AgentsRig.Anna, agent.Id, page.Name, Writing, "", Cancellation);
        Assert.False(await rig.Grants.MayAllowAsync(AgentsRig.Anna, agent.Id, page.Name, Cancellation));
        Assert.Equal(new ToolSetting(page.Name, ToolPolicy.Always) { AlwaysFor = Writing }, Assert.Single((await rig.Agents.PublishedAsync(AgentsRig.Anna, "clerk", Cancellation)).Definition.Tools));
    }
}
