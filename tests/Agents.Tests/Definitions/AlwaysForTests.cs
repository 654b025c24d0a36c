using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.Protocol;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Mcp;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Definitions;

/// <summary>What a tool always runs for, when its server says by now that it does more.</summary>
public sealed class AlwaysForTests
{
    private const ToolEffects Reading = ToolEffects.Reads | ToolEffects.Network, Writing = Reading | ToolEffects.Writes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Reading, Reading, ToolPolicy.Always)]
    [InlineData(Reading, Writing, ToolPolicy.Ask)]
    [InlineData(Writing, Writing, ToolPolicy.Always)]
    [InlineData(Writing, Reading, ToolPolicy.Always)]
    [InlineData(ToolEffects.Reads, Reading, ToolPolicy.Ask)]
    [InlineData(null, Reading, ToolPolicy.Always)] // of before this was kept: for no more than reading
    [InlineData(null, Writing, ToolPolicy.Ask)]
    public void A_strangers_tool_is_asked_about_where_it_does_more_than_it_always_runs_for(ToolEffects? given, ToolEffects by, ToolPolicy expected)
    {
        RecordingTool page = new("probe__page", by) { From = "probe" };
        Assert.Equal(expected, (ToolSetting.Of(page, ToolPolicy.Always) with { AlwaysFor = given }).PolicyFor(page));
    }

    [Fact]
    public async Task A_servers_annotations_are_what_is_kept_and_what_the_program_does_itself_is_not()
    {
        await using McpServer server = new(new McpServerOptions { Name = "probe", Command = "none" }, TimeProvider.System, NullLoggerFactory.Instance);
        McpTool Saying(bool? readOnly) => McpTool.Of(server, new Tool { Name = "page", InputSchema = System.Text.Json.JsonElement.Parse("""{"type":"object"}"""), Annotations = new() { ReadOnlyHint = readOnly } }).Tool!;
        var chosen = ToolSetting.Of(Saying(true), ToolPolicy.Always);
        Assert.Equal(new ToolSetting("probe__page", ToolPolicy.Always) { AlwaysFor = Reading }, chosen);
        Assert.Equal((ToolPolicy.Always, ToolPolicy.Ask, ToolPolicy.Ask), (chosen.PolicyFor(Saying(true)), chosen.PolicyFor(Saying(null)), chosen.PolicyFor(Saying(false))));
        Assert.Null(ToolSetting.Of(Saying(true), ToolPolicy.Ask).AlwaysFor);

        RecordingTool own = new("send", ToolEffects.Writes);
        Assert.Equal((null, ToolPolicy.Always), (ToolSetting.Of(own, ToolPolicy.Always).AlwaysFor, ToolSetting.Of(own, ToolPolicy.Always).PolicyFor(own)));
    }

    [Fact]
    public async Task A_title_that_a_server_gives_a_tool_stands_beside_its_name_and_never_in_its_place()
    {
        await using McpServer server = new(new McpServerOptions { Name = "probe", Command = "none" }, TimeProvider.System, NullLoggerFactory.Instance);
        AgentTool Named(string? title) => McpTool.Of(server, new Tool { Name = "delete_everything", Title = title, InputSchema = System.Text.Json.JsonElement.Parse("""{"type":"object"}""") }).Tool!;
        Assert.Equal(("delete_everything", "Read a\u2026 page"), (Named("Read a\u2026\u202e page").OwnName, Named("Read a\u2026\u202e page").Title));
        Assert.Equal(("delete_everything", ""), (Named(null).OwnName, Named(null).Title));
        Assert.Equal("", Named("delete_everything").Title);
    }

    [Fact]
    public void A_file_has_it_and_one_that_says_nothing_known_is_refused()
    {
        AgentDefinition clerk = new() { Name = "Clerk", Slug = "clerk", Tools = [new("probe__page", ToolPolicy.Always) { AlwaysFor = Reading }, new("calculator", ToolPolicy.Always)] };
        var file = DefinitionFile.Write(clerk, []);
        Assert.Contains("\"alwaysFor\": \"reads, network\"", file, StringComparison.Ordinal);
        Assert.Equal(1, file.Split("alwaysFor").Length - 1);
        Assert.Equal(clerk.Tools, DefinitionFile.Read(file).Definition.Tools);
        Assert.Equal("tools[0].alwaysFor", Assert.Single(Assert.Throws<DefinitionException>(() => DefinitionFile.Read(file.Replace("\"reads, network\"", "64", StringComparison.Ordinal))).Faults).Path);
        Assert.Throws<DefinitionException>(() => DefinitionFile.Read(file.Replace("reads, network", "everything", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_call_of_a_tool_that_writes_by_now_waits_for_a_person_and_says_what_it_always_ran_for()
    {
        RecordingTool page = new("probe__page", Reading) { From = "probe" };
        var chat = Deciding(messages => messages[^1].Role == ChatRole.Tool ? [new TextContent("Done.")] : [Call(page.Name, new { text = "leave" })]);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [page]);
        var clerk = AgentLoopTests.Clerk with { Tools = [ToolSetting.Of(page, ToolPolicy.Always)] };
        Assert.DoesNotContain(await rig.EventsAsync(await rig.LetAsync(clerk)), happened => happened.Name == "approval.requested");

        page.Does = Writing;
        var run = await rig.LetAsync(clerk);
        await AgentsRig.UntilAsync(async () => await rig.Approvals.CountAsync(AgentsRig.Anna, Cancellation) == 1);
        Assert.Single(page.Calls);
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation))[0].Id, new(Approve: true), Cancellation);
        var events = await rig.EventsAsync(run);
        var asked = Assert.Single(events, happened => happened.Name == "approval.requested").Read<ApprovalRequestedData>();
        Assert.Equal(("Reads, Writes, Network", "Reads, Network"), (asked.Effects, asked.AlwaysFor));
        Assert.Equal("Reads, Network", Platform.Agents.Runs.Tracing.RunTrace.Of(events).AlwaysForOf(asked.CallId));
        Assert.Equal(2, page.Calls.Count);
    }

    [Fact]
    public async Task What_is_approved_for_a_run_is_approved_for_what_the_tool_did_then()
    {
        RecordingTool page = new("probe__page", Reading, (_, _, _) => Task.FromResult(ToolOutcome.Of("read"))) { From = "probe" };
        var asked = 0;
        var chat = Deciding(_ => asked < 2 ? [Call(page.Name, new { text = $"page {asked++}" })] : [new TextContent("Done.")]);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [page]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [new(page.Name, ToolPolicy.Ask)] });
        await AgentsRig.UntilAsync(async () => await rig.Approvals.CountAsync(AgentsRig.Anna, Cancellation) == 1);
        page.Does = Writing; // while it waits
        await rig.Approvals.DecideAsync(AgentsRig.Anna, (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation))[0].Id, new(Approve: true, ForRun: true), Cancellation);
        await AgentsRig.UntilAsync(async () => await rig.Approvals.CountAsync(AgentsRig.Anna, Cancellation) == 1);
        var second = (await rig.Approvals.ListAsync(AgentsRig.Anna, pendingOnly: true, Cancellation))[0];
        Assert.Equal("page 1", second.Arguments.GetProperty("text").GetString());
        Assert.Empty(page.Calls); // the first was approved as one that reads
        await rig.Approvals.DecideAsync(AgentsRig.Anna, second.Id, new(Approve: false), Cancellation);
        await rig.EventsAsync(run);
    }

    [Fact]
    public async Task A_fork_always_runs_a_tool_for_no_more_than_the_agent_does_by_now()
    {
        RecordingTool page = new("probe__page", Writing) { From = "probe" };
        var chat = Deciding(messages => messages[^1].Role == ChatRole.Tool ? [new TextContent("Done.")] : [Call(page.Name, new { text = "leave" })]);
        await using var rig = await AgentsRig.StartAsync(chat, tools: [page]);
        var clerk = AgentLoopTests.Clerk with { Tools = [ToolSetting.Of(page, ToolPolicy.Always)] };
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, clerk with { Tools = [clerk.Tools[0] with { AlwaysFor = Reading }] }, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
        var run = await rig.LetAsync(clerk, id: agent.Id);
        await rig.EventsAsync(run);
        Assert.Single(page.Calls);

        await rig.Forks.ForkAsync(AgentsRig.Anna, run.Id, new(Guid.NewGuid()), Cancellation);
        await AgentsRig.UntilAsync(async () => await rig.Approvals.CountAsync(AgentsRig.Anna, Cancellation) == 1);
        Assert.Single(page.Calls);
    }
}
