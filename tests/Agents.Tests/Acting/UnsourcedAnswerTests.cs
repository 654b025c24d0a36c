using Microsoft.Extensions.AI;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Tools;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Acting;

/// <summary>"Answer only from sources" is looked at when the answer is there, and not only asked for in the prompt.</summary>
public sealed class UnsourcedAnswerTests
{
    private const string Fact = "27 days";

    [Theory]
    [InlineData(false, true, "You have 27 days.", true)] // from the model's head
    [InlineData(true, true, "You have 27 days [1].", false)]
    [InlineData(true, true, "Dogs fly over the moon [1].", true)] // what it cites does not say it
    [InlineData(true, true, "You have 27 days.", false)] // it looked, and names no source
    [InlineData(false, false, "You have 27 days.", false)] // it may
    public async Task An_answer_without_a_result_of_a_tool_or_with_one_that_does_not_say_it_is_marked(bool looks, bool onlyFromSources, string answer, bool unsourced)
    {
        RecordingTool look = new("look", act: (_, scope, _) => Task.FromResult(ToolOutcome.Of($"[1] {Fact}.", citations: [scope.Numbers.Number(AgentLoopTests.Cited(0))])));
        var chat = looks ? Deciding(Call("look", new { text = "leave" }), new TextContent(answer)) : Deciding(new TextContent(answer));
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, new RecordingTool("send")]);
        var events = await rig.EventsAsync(await rig.LetAsync(AgentLoopTests.Clerk with { Knowledge = new(OnlyFromSources: onlyFromSources) }));
        Assert.Equal(unsourced, events.Single(e => e.Name == "usage").Read<AnswerDone>().IsUnsourced);
    }

    [Fact]
    public async Task What_is_remembered_may_be_answered_from_and_keeping_something_needs_no_source()
    {
        var chat = Deciding(new TextContent("You like tea."));
        await using var rig = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var mindful = AgentLoopTests.Clerk with { Memory = new(MemoryScope.User) };
        var id = (await rig.Agents.CreateAsync(AgentsRig.Anna, mindful, TestContext.Current.CancellationToken)).Id;
        await rig.Memories.AddAsync(AgentsRig.Anna, id, "What do I like? Tea.", shared: false, TestContext.Current.CancellationToken);
        Assert.False((await rig.EventsAsync(await rig.LetAsync(mindful, "What do I like?", id: id))).Single(e => e.Name == "usage").Read<AnswerDone>().IsUnsourced);
        Assert.Contains("Answer only from results of tools and from what was noted earlier.", chat.Requests.Last()[0].Text, StringComparison.Ordinal);
        Assert.False((await rig.EventsAsync(await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [new("remember", ToolPolicy.Ask)] }))).Single(e => e.Name == "usage").Read<AnswerDone>().IsUnsourced);
        Assert.True((await rig.EventsAsync(await rig.LetAsync(AgentLoopTests.Clerk))).Single(e => e.Name == "usage").Read<AnswerDone>().IsUnsourced);
        Assert.DoesNotContain("noted earlier", chat.Requests.Last()[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_remembered_of_something_else_is_no_source()
    {
        await using var rig = await AgentsRig.StartAsync(Deciding(new TextContent("You have 27 days of annual leave.")), tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var mindful = AgentLoopTests.Clerk with { Memory = new(MemoryScope.User) };
        var id = (await rig.Agents.CreateAsync(AgentsRig.Anna, mindful, TestContext.Current.CancellationToken)).Id;
        await rig.Memories.AddAsync(AgentsRig.Anna, id, "How many days? Likes short answers.", shared: false, TestContext.Current.CancellationToken);
        var events = await rig.EventsAsync(await rig.LetAsync(mindful, "How many days do I have?", id: id));
        Assert.Contains(events, e => e.Name == "memory.recalled");
        Assert.True(events.Single(e => e.Name == "usage").Read<AnswerDone>().IsUnsourced);
    }

    [Fact]
    public async Task What_found_nothing_is_no_source()
    {
        RecordingTool look = new("look", act: (_, _, _) => Task.FromResult(ToolOutcome.Of("Nothing was found.") with { IsEmpty = true }));
        await using var rig = await AgentsRig.StartAsync(Deciding(Call("look", new { text = "leave" }), new TextContent("27 days.")), tools: [look, new RecordingTool("send")]);
        Assert.True((await rig.EventsAsync(await rig.LetAsync(AgentLoopTests.Clerk))).Single(e => e.Name == "usage").Read<AnswerDone>().IsUnsourced);
        await using var left = await AgentsRig.StartAsync(Deciding(new TextContent("27 days.")));
        Assert.True((await left.EventsAsync(await left.LetAsync(AgentLoopTests.Clerk with { Tools = [new("gone", ToolPolicy.Always)] }))).Single(e => e.Name == "usage").Read<AnswerDone>().IsUnsourced); // all its tools are away
        await using var alone = await AgentsRig.StartAsync(Deciding(new TextContent("Hello.")));
        Assert.False((await alone.EventsAsync(await alone.LetAsync(AgentLoopTests.Clerk with { Tools = [] }))).Single(e => e.Name == "usage").Read<AnswerDone>().IsUnsourced); // it has no tool to take it from
    }
}
