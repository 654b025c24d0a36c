using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Agents.Tests.Acting;
using Platform.Fakes;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Tests.Definitions;

public sealed class AgentLibraryTests
{
    [Fact]
    public async Task Who_began_with_a_draft_that_is_another_by_now_neither_overwrites_nor_publishes_it_and_is_told_why()
    {
        await using var rig = await AgentsRig.StartAsync();
        AgentDefinition begun = new() { Name = "Clerk", Slug = "clerk" };
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, begun, Cancellation);
        await rig.Agents.SetVisibilityAsync(AgentsRig.Boris, agent.Id, AgentVisibility.Everyone, Cancellation); // changes no draft
        var mine = begun with { Description = "Mine." };
        await rig.Agents.ReplaceDraftAsync(AgentsRig.Anna, agent.Id, mine, begun, Cancellation);
        var theirs = begun with { Description = "Theirs." };
        Assert.False((await Assert.ThrowsAsync<AgentConflictException>(() => rig.Agents.ReplaceDraftAsync(AgentsRig.Boris, agent.Id, theirs, begun, Cancellation))).IsSlugTaken);
        await Assert.ThrowsAsync<AgentConflictException>(() => rig.Agents.PublishAsync(AgentsRig.Boris, agent.Id, "", Cancellation, shown: begun));
        Assert.Equal("Mine.", (await rig.Agents.DraftAsync(AgentsRig.Anna, agent.Id, Cancellation)).Description);
        Assert.Equal(1, (await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation, shown: mine)).Number);
        await rig.Agents.CreateAsync(AgentsRig.Anna, begun with { Slug = "other" }, Cancellation);
        Assert.True((await Assert.ThrowsAsync<AgentConflictException>(() => rig.Agents.ReplaceDraftAsync(AgentsRig.Anna, agent.Id, mine with { Slug = "other" }, mine, Cancellation))).IsSlugTaken);
    }

    [Fact]
    public async Task A_publishing_that_fails_leaves_no_version()
    {
        await using var rig = await AgentsRig.StartAsync();
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, new() { Name = "Clerk", Slug = "clerk" }, Cancellation);
        await rig.RefuseRowsAsync("agents_definitions", what: "UPDATE");
        await Assert.ThrowsAnyAsync<Exception>(() => rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation));
        await rig.RefuseRowsAsync("agents_definitions", refuse: false);
        Assert.Empty(await rig.Agents.VersionsAsync(AgentsRig.Anna, agent.Id, Cancellation));
        Assert.Null((await rig.Agents.GetAsync(AgentsRig.Anna, agent.Id, Cancellation)).PublishedVersion);
    }

    private static readonly Caller Carl = new("carl", IsAdministrator: false);

    private static readonly AgentDefinition Clerk = new()
    {
        Name = "Clerk", Slug = "clerk", Instructions = "Help {{user.name}}. Today is {{date}}.", Tags = ["leave"],
        Tools = [new("calculator", ToolPolicy.Always), new("send_mail")],
        Prompting = new(ReasoningMode.FewShot, [new("1+1?", "2", "One and one.")]),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static RecordingTool[] Here => [new("calculator"), new("send_mail")];

    [Fact]
    public async Task A_draft_is_edited_published_compared_and_restored_and_a_version_never_changes()
    {
        await using var rig = await AgentsRig.StartAsync(tools: Here);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation);
        Assert.True(agent is { PublishedVersion: null, HasUnpublished: true, Revision: 1 });
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "First", Cancellation);
        Assert.False((await rig.Agents.GetAsync(AgentsRig.Anna, agent.Id, Cancellation)).HasUnpublished);

        await rig.Agents.SaveDraftAsync(AgentsRig.Anna, agent.Id, Clerk with { Instructions = "Be brief.", Tools = [new("calculator", ToolPolicy.Ask)] }, null, Cancellation);
        Assert.Equal(Clerk.Instructions, (await rig.Agents.PublishedAsync(AgentsRig.Anna, "clerk", Cancellation)).Definition.Instructions);
        var second = await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "Second", Cancellation);
        Assert.Equal((2, "Be brief."), (second.Number, (await rig.Agents.PublishedAsync(AgentsRig.Anna, "clerk", Cancellation)).Definition.Instructions));
        Assert.Equal(["Second", "First"], (await rig.Agents.VersionsAsync(AgentsRig.Anna, agent.Id, Cancellation)).Select(v => v.Note));

        var changes = await rig.Agents.DiffAsync(AgentsRig.Anna, agent.Id, 1, null, Cancellation);
        Assert.Equal(["instructions", "tools[calculator].policy", "tools[send_mail]"], changes.Select(c => c.Path));
        Assert.Equal(("\"always\"", "\"ask\""), (changes[1].Before, changes[1].After));
        Assert.Null(changes[2].After);

        await Assert.ThrowsAsync<AgentConflictException>(() => rig.Agents.RestoreAsync(AgentsRig.Anna, agent.Id, 1, Clerk, Cancellation)); // somebody saved another draft since
        await rig.Agents.RestoreAsync(AgentsRig.Anna, agent.Id, 1, second.Definition, Cancellation);
        Assert.Empty(await rig.Agents.DiffAsync(AgentsRig.Anna, agent.Id, 1, null, Cancellation));
        Assert.Equal("Be brief.", (await rig.Agents.PublishedAsync(AgentsRig.Anna, "clerk", Cancellation)).Definition.Instructions);
    }

    [Fact]
    public async Task What_runs_of_each_agent_is_read_at_once_and_the_draft_where_nothing_runs()
    {
        await using var rig = await AgentsRig.StartAsync(tools: Here);
        var published = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, published.Id, "", Cancellation);
        await rig.Agents.SaveDraftAsync(AgentsRig.Anna, published.Id, Clerk with { Instructions = "Be brief." }, null, Cancellation);
        await rig.Agents.SetVisibilityAsync(AgentsRig.Anna, published.Id, AgentVisibility.Everyone, Cancellation);
        var draft = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk with { Slug = "other", Instructions = "A draft." }, Cancellation);
        var seen = await rig.Agents.RunningAsync(AgentsRig.Anna, Cancellation);
        Assert.Equal((Clerk.Instructions, "A draft."), (seen[published.Id].Instructions, seen[draft.Id].Instructions));
        Assert.Equal([published.Id], (await rig.Agents.RunningAsync(Carl, Cancellation)).Keys);
    }

    [Fact]
    public async Task What_runs_of_an_agent_that_is_published_in_this_moment_is_read_once()
    {
        DatabaseWatch watch = new();
        await using var rig = await AgentsRig.StartAsync(tools: Here, process: new(Watch: watch));
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation);
        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
        await using var db = rig.OpenDatabase();
        await db.Agents.ExecuteUpdateAsync(set => set.SetProperty(a => a.PublishedVersion, (int?)null), Cancellation);
        watch.AfterQuery = () =>
        {
            watch.AfterQuery = null;
            db.Agents.ExecuteUpdate(set => set.SetProperty(a => a.PublishedVersion, 1));
        };
        Assert.Equal([agent.Id], (await rig.Agents.RunningAsync(AgentsRig.Anna, Cancellation)).Keys);
        Assert.Null(watch.AfterQuery);
    }

    [Fact]
    public async Task What_all_agents_lack_is_looked_for_once()
    {
        await using var rig = await AgentsRig.StartAsync(tools: Here);
        foreach (var slug in (string[])["one", "two", "three"])
            await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk with { Slug = slug, Knowledge = new([rig.Shelf.Base.Id, Guid.NewGuid()]), Model = new("nowhere") }, Cancellation);
        var away = await rig.Agents.AwayAsync(AgentsRig.Anna, Cancellation);
        Assert.Equal(3, away.Count);
        Assert.All(away.Values, faults => Assert.Equal(["model.id", "knowledge.baseIds[1]"], faults.Select(fault => fault.Path)));
        Assert.Equal(1, rig.Shelf.BasesAsked);
    }

    [Fact]
    public void A_file_of_a_later_program_is_told_as_one_whatever_it_holds()
    {
        var file = DefinitionFile.Write(Clerk, []);
        Assert.Equal(Clerk.Slug, DefinitionFile.Read(file).Definition.Slug);
        var refused = Assert.Throws<DefinitionException>(() => DefinitionFile.Read(file.Replace("\"version\": 3", "\"version\": 4, \"further\": [1]", StringComparison.Ordinal)));
        Assert.Contains("of version 4; 'platform.agent' up to version 3 is read", refused.Message, StringComparison.Ordinal);
        Assert.Equal(DefinitionFaultKind.FileVersion, refused.Faults[0].Kind);
        Assert.Equal(DefinitionFaultKind.FileNoJson, Assert.Throws<DefinitionException>(() => DefinitionFile.Read("no JSON")).Faults[0].Kind);
        var large = Assert.Throws<DefinitionException>(() => DefinitionFile.Read("""{"format":"platform.agent","version":1,"agent":{"name":"A","slug":"a","limits":{"tokens":1e12}}}""")).Faults[0];
        Assert.Equal((DefinitionFaultKind.FileField, "agent.limits.tokens"), (large.Kind, large.Values[0]));
        Assert.Equal(Clerk.Slug, DefinitionFile.Read(file.Replace("\"version\": 3", "\"version\": 1", StringComparison.Ordinal)).Definition.Slug);
    }

    [Fact]
    public async Task An_agent_with_a_tool_that_is_not_here_is_kept_and_not_published_and_a_run_of_it_goes_on_without_and_says_so()
    {
        var chat = ScriptedChatClient.Deciding(ScriptedChatClient.Call("send_mail", new { text = "Hello." }), new TextContent("I cannot send it."));
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("calculator")]);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation);
        var fault = Assert.Single((await Assert.ThrowsAsync<DefinitionException>(() => rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation))).Faults);
        Assert.Equal(("tools[1].name", DefinitionFaultKind.ToolAway, "send_mail"), (fault.Path, fault.Kind, Assert.Single(fault.Values)));
        Assert.Null((await rig.Agents.GetAsync(AgentsRig.Anna, agent.Id, Cancellation)).PublishedVersion);
        Assert.Equal([agent.Id], (await rig.Agents.AwayAsync(AgentsRig.Anna, Cancellation)).Keys);
        var events = await rig.EventsAsync(await rig.LetAsync(Clerk));
        Assert.Equal(new PartAwayData(AgentPart.Tool, "send_mail"), Assert.Single(events, happened => happened.Name == "part.away").Read<PartAwayData>());
        Assert.Contains("- These tools are not here now: send_mail. ", chat.Requests.First()[0].Text, StringComparison.Ordinal);
        Assert.StartsWith("The tool 'send_mail' is not here now", Assert.Single(events, happened => happened.Name == "tool.result").Read<ToolResultData>().Text, StringComparison.Ordinal);
        Assert.Equal("I cannot send it.", events[^1].Read<TextData>().Text);
        Assert.Equal("send_mail", Assert.Single(RunTrace.Of(events).Rows, row => row.Kind == TraceKind.Away).Name);
        Assert.Equal((200, 120), events.Single(happened => happened.Name == "usage").Read<AnswerDone>().Usage is var used ? (used.PromptTokens, used.CachedTokens) : default);

        await rig.Agents.SaveDraftAsync(AgentsRig.Anna, agent.Id, Clerk with { Tools = [Clerk.Tools[0], new("send_mail", ToolPolicy.Never)] }, null, Cancellation);
        Assert.Equal(1, (await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation)).Number);
        Assert.Empty(await rig.Agents.AwayAsync(AgentsRig.Anna, Cancellation));
    }

    [Fact]
    public async Task A_model_an_adapter_or_a_base_that_is_not_here_is_kept_and_not_published()
    {
        await using var rig = await AgentsRig.StartAsync();
        var gone = Guid.NewGuid();
        var plain = Clerk with { Tools = [] };
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, plain, Cancellation);
        await RefusedAsync(plain with { Model = new("nowhere") }, ("model.id", DefinitionFaultKind.ModelAway, "nowhere"));
        await RefusedAsync(plain with { Model = new("scripted", [new("legal@22")]), Knowledge = new([rig.Shelf.Base.Id, gone]) }, ("model.adapters[0].name", DefinitionFaultKind.AdapterAway, "legal@22"), ("knowledge.baseIds[1]", DefinitionFaultKind.BaseAway, gone));
        await RefusedAsync(plain with { Model = new("other:typo") }, ("model.id", DefinitionFaultKind.ModelAway, "other:typo"));

        await rig.Agents.SaveDraftAsync(AgentsRig.Anna, agent.Id, plain with { Model = new("other:legal", [new("legal")]), Knowledge = new([rig.Shelf.Base.Id]) }, null, Cancellation);
        Assert.Equal(1, (await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation)).Number);
        await rig.Agents.SaveDraftAsync(AgentsRig.Anna, agent.Id, plain, null, Cancellation);
        await SearchAsync(AgentsRig.Anna, ["Clerk"], 0); // what runs searches it
        await SearchAsync(AgentsRig.Boris, ["Clerk"], 0);
        await SearchAsync(Carl, [], 1);
        await rig.Agents.SetVisibilityAsync(AgentsRig.Anna, agent.Id, AgentVisibility.Everyone, Cancellation);
        await SearchAsync(Carl, ["Clerk"], 0);

        async Task SearchAsync(Caller caller, string[] names, int others)
        {
            var uses = await rig.Agents.OfBaseAsync(caller, rig.Shelf.Base.Id, Cancellation);
            Assert.Equal((string.Join(',', names), others), (string.Join(',', uses.Names), uses.Others));
        }

        async Task RefusedAsync(AgentDefinition definition, params (string, DefinitionFaultKind, object)[] faults)
        {
            await rig.Agents.SaveDraftAsync(AgentsRig.Anna, agent.Id, definition, null, Cancellation);
            var refused = await Assert.ThrowsAsync<DefinitionException>(() => rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation));
            Assert.Equal(faults, refused.Faults.Select(fault => (fault.Path, fault.Kind, fault.Values[0])));
        }
    }

    [Fact]
    public async Task Of_many_agents_those_that_search_a_base_are_read_and_the_first_of_them_are_named()
    {
        await using var rig = await AgentsRig.StartAsync();
        var shelf = rig.Shelf.Base.Id;
        for (var n = 1; n <= BaseUses.MostNames + 2; n++)
            await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk with { Name = $"Clerk {n}", Slug = $"clerk-{n:00}", Knowledge = new([shelf]) }, Cancellation);
        await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk with { Slug = "teller", Instructions = $"The base is {shelf}." }, Cancellation); // names it, and does not search it
        var other = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk with { Slug = "other" }, Cancellation);
        await using (var db = rig.OpenDatabase())
            await db.Agents.Where(a => a.Id == other.Id).ExecuteUpdateAsync(set => set.SetProperty(a => a.Draft, "no definition"), Cancellation); // who reads it fails

        var uses = await rig.Agents.OfBaseAsync(AgentsRig.Anna, shelf, Cancellation);
        Assert.Equal((BaseUses.MostNames, "Clerk 1", 2, 0), (uses.Names.Count, uses.Names[0], uses.More, uses.Others));
        var unseen = await rig.Agents.OfBaseAsync(Carl, shelf, Cancellation);
        Assert.Equal((0, 0, BaseUses.MostNames + 2), (unseen.Names.Count, unseen.More, unseen.Others));
    }

    [Fact]
    public async Task An_agent_is_its_owners_and_the_administrators_until_it_is_published_for_everyone()
    {
        await using var rig = await AgentsRig.StartAsync(tools: Here);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation);
        await rig.Agents.SetVisibilityAsync(AgentsRig.Anna, agent.Id, AgentVisibility.Everyone, Cancellation);
        Assert.Empty(await rig.Agents.ListAsync(Carl, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Agents.PublishedAsync(Carl, "clerk", Cancellation));
        Assert.True((await rig.Agents.GetAsync(AgentsRig.Boris, agent.Id, Cancellation)).MayChange);

        await rig.Agents.PublishAsync(AgentsRig.Anna, agent.Id, "", Cancellation);
        await rig.Agents.SaveDraftAsync(AgentsRig.Anna, agent.Id, Clerk with { Name = "Not yet seen" }, null, Cancellation);
        var seen = Assert.Single(await rig.Agents.ListAsync(Carl, Cancellation));
        Assert.Equal(("Clerk", false), (seen.Name, seen.MayChange));
        Assert.Equal("Clerk", (await rig.Agents.PublishedAsync(Carl, "clerk", Cancellation)).Definition.Name);
        Assert.DoesNotContain("Not yet seen", await rig.Agents.ExportAsync(Carl, agent.Id, Cancellation), StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Agents.DraftAsync(Carl, agent.Id, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Agents.VersionsAsync(Carl, agent.Id, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Agents.SaveDraftAsync(Carl, agent.Id, Clerk, null, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Agents.PublishAsync(Carl, agent.Id, "", Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Agents.DeleteAsync(Carl, agent.Id, Cancellation));
        Assert.Equal("carl", (await rig.Agents.CloneAsync(Carl, agent.Id, "my-clerk", Cancellation)).OwnerId);
    }

    [Fact]
    public async Task Where_an_agent_is_used_is_told_before_it_is_deleted()
    {
        await using var rig = await AgentsRig.StartAsync(tools: Here);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation);
        await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk with { Name = "Desk", Slug = "desk", Agents = ["clerk"] }, Cancellation);
        await rig.Agents.CreateAsync(Carl, Clerk with { Name = "Nobody sees it", Slug = "hidden", Agents = ["clerk"] }, Cancellation);
        await rig.Memories.AddAsync(AgentsRig.Anna, agent.Id, "Half days count.", shared: true, Cancellation);
        await rig.Tests.CreateSuiteAsync(AgentsRig.Anna, agent.Id, "Leave", Cancellation);
        await rig.Schedules.CreateAsync(AgentsRig.Anna, new("Each day", agent.Id, "And?", "0 8 * * *", "UTC"), Cancellation);
        var uses = await rig.Agents.UsesAsync(AgentsRig.Anna, agent.Id, Cancellation);
        Assert.Equal(["Desk"], uses.Agents);
        Assert.Equal((0, 1, 1, 1), (uses.Runs, uses.Memories, uses.Schedules, uses.Suites));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Agents.UsesAsync(Carl, agent.Id, Cancellation));
    }

    [Fact]
    public async Task An_exported_agent_is_imported_as_it_was_and_a_broken_file_is_refused_with_every_fault()
    {
        await using var rig = await AgentsRig.StartAsync(tools: Here);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation);
        var file = await rig.Agents.ExportAsync(AgentsRig.Anna, agent.Id, Cancellation);
        await Assert.ThrowsAsync<AgentConflictException>(() => rig.Agents.ImportAsync(AgentsRig.Anna, file, null, Cancellation));
        var copy = await rig.Agents.ImportAsync(Carl, file, "clerk-2", Cancellation);
        Assert.Equal(["slug"], DefinitionDiff.Between(Clerk, await rig.Agents.DraftAsync(Carl, copy.Id, Cancellation)).Select(c => c.Path));

        foreach (var broken in (string[])["", "null", "[]", "{}", file.Replace("\"name\"", "\"nmae\"", StringComparison.Ordinal), file.Replace("\"Clerk\"", "null", StringComparison.Ordinal),
            file.Replace("\"ask\"", "\"sometimes\"", StringComparison.Ordinal), file.Replace("\"version\": 3", "\"version\": 4", StringComparison.Ordinal), new string('[', 100_000),
            file.Replace("\"tools\": [", "\"tools\": [null,", StringComparison.Ordinal), file.Replace("\"question\": \"1+1?\"", "\"question\": null", StringComparison.Ordinal)])
            Assert.DoesNotContain("Platform.", (await Assert.ThrowsAsync<DefinitionException>(() => rig.Agents.ImportAsync(Carl, broken, "clerk-3", Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_base_goes_elsewhere_by_its_name()
    {
        await using var here = await AgentsRig.StartAsync();
        await using var there = await AgentsRig.StartAsync();
        var gone = Guid.NewGuid();
        var agent = await here.Agents.CreateAsync(AgentsRig.Anna, Clerk with { Tools = [], Knowledge = new([here.Shelf.Base.Id, gone]) }, Cancellation);
        var file = await here.Agents.ExportAsync(AgentsRig.Anna, agent.Id, Cancellation);
        var copy = await there.Agents.ImportAsync(Carl, file, null, Cancellation);
        Assert.Equal([there.Shelf.Base.Id, gone], (await there.Agents.DraftAsync(Carl, copy.Id, Cancellation)).Knowledge.BaseIds);
        var other = await there.Agents.ImportAsync(Carl, file.Replace("\"Shelf\"", "\"Attic\"", StringComparison.Ordinal).Replace("\"bases\": [", "\"bases\": [null,", StringComparison.Ordinal), "clerk-2", Cancellation);
        Assert.Equal([here.Shelf.Base.Id, gone], (await there.Agents.DraftAsync(Carl, other.Id, Cancellation)).Knowledge.BaseIds);
    }

    [Fact]
    public void What_is_wrong_in_a_definition_is_told_all_at_once_with_path_value_and_limit()
    {
        Assert.Empty(DefinitionCheck.Faults(Clerk));
        var wrong = Clerk with
        {
            Name = " ", Slug = "Mr Clerk", Instructions = "It is {{tme}}.", Model = new(Temperature: double.NaN, Adapters: [new("legal", 9)]), Knowledge = new(Top: 0),
            Tools = [new("rm -rf"), new("calculator"), new("calculator", (ToolPolicy)7)], Limits = new(Steps: 0, Tokens: 1, Seconds: 100_000),
            Prompting = new(ReasoningMode.FewShot, [], Samples: 99), Starters = [.. Enumerable.Repeat("Hello", 13)],
        };
        var faults = DefinitionCheck.Faults(wrong);
        Assert.Equal(
            ["name", "slug", "model.temperature", "model.adapters[0].scale", "instructions", "knowledge.top", "tools[0].name", "tools[2].name", "tools[2].policy",
                "limits.steps", "limits.tokens", "limits.seconds", "prompting.samples", "prompting.reasoning", "starters"],
            faults.Select(f => f.Path));
        Assert.Contains("{{tme}}", faults.Single(f => f.Path == "instructions").Message, StringComparison.Ordinal);
        Assert.Equal("0 is not between 1 and 100.", faults.Single(f => f.Path == "limits.steps").Message);
    }

    [Fact]
    public void Variables_are_filled_in_and_a_value_that_looks_like_one_is_left_alone() =>
        Assert.Equal("Help {{date}} on 2026-03-04, Wednesday.", InstructionVariables.Fill("Help {{user.name}} on {{ date }}, {{weekday}}.", "{{date}}", new DateTimeOffset(2026, 3, 4, 9, 0, 0, TimeSpan.Zero)));

    [Theory]
    [InlineData("ada@example.org", "Help ada.")]
    [InlineData("Ada", "Help Ada.")]
    [InlineData("@home", "Help @home.")]
    public void Of_an_address_of_mail_the_name_is_told_and_not_the_rest(string userName, string told) =>
        Assert.Equal(told, InstructionVariables.Fill("Help {{user.name}}.", userName, DateTimeOffset.UnixEpoch));
}
