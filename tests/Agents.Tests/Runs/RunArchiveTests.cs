using Microsoft.Extensions.AI;
using Platform.Agents.Runs;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Runs;

public sealed class RunArchiveTests
{
    private static readonly Caller Carla = new("carla", IsAdministrator: false);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_person_finds_their_own_runs_and_an_administrator_all()
    {
        await using var rig = await AgentsRig.StartAsync();
        var run = await rig.AskAsync();
        await rig.EventsAsync(run);

        Assert.Equal(run.Id, Assert.Single((await rig.Archive.ListAsync(AgentsRig.Anna, new(), 0, 10, Cancellation)).Runs).Run.Id);
        Assert.Equal(1, (await rig.Archive.ListAsync(AgentsRig.Boris, new(), 0, 10, Cancellation)).Total);
        Assert.NotEmpty(await rig.Archive.FollowAsync(AgentsRig.Boris, run.Id, 0, Cancellation).ToListAsync(Cancellation));
        Assert.Empty((await rig.Archive.ListAsync(Carla, new(), 0, 10, Cancellation)).Runs);
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Archive.GetAsync(Carla, run.Id, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Archive.EventsAsync(Carla, run.Id, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(async () => await rig.Archive.FollowAsync(Carla, run.Id, 0, Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task What_asked_agents_took_is_among_the_tokens_that_a_run_is_found_by()
    {
        RecordingTool look = new("look", act: (_, _, _) => Task.FromResult(ToolOutcome.Of("27 days") with { Tokens = 900 }));
        await using var rig = await AgentsRig.StartAsync(Deciding(Call("look", new { text = "leave" }), new TextContent("27 days.")), tools: [look, new RecordingTool("send")]);
        var run = await rig.LetAsync(AgentLoopTests.Clerk);
        await rig.EventsAsync(run);
        Assert.Equal(run.Id, Assert.Single((await rig.Archive.ListAsync(AgentsRig.Anna, new() { LeastTokens = 1000 }, 0, 10, Cancellation)).Runs).Run.Id);
    }

    [Fact]
    public async Task Runs_are_found_by_every_column_and_in_parts()
    {
        var chat = Deciding(messages => [new TextContent("Fine [1].")]);
        await using var rig = await AgentsRig.StartAsync(chat);
        var answered = await rig.AskAsync("How many days of LEAVE?");
        await rig.EventsAsync(answered);
        var agent = await rig.LetAsync(AgentLoopTests.Clerk with { Tools = [] }, "What is new?");
        await rig.EventsAsync(agent);

        Assert.Equal([agent.Id, answered.Id], await FoundAsync(new()));
        Assert.Equal([agent.Id], await FoundAsync(new() { WithAgent = true }));
        Assert.Equal([agent.Id], await FoundAsync(new(AgentId: agent.AgentId)));
        Assert.Equal([answered.Id], await FoundAsync(new(Containing: "leave")));
        Assert.Equal([agent.Id], await FoundAsync(new() { LeastSteps = 1 }));
        Assert.Equal([agent.Id, answered.Id], await FoundAsync(new() { LeastTokens = 100 }));
        Assert.Empty(await FoundAsync(new() { LeastTokens = 1000 }));
        Assert.Empty(await FoundAsync(new() { LeastTime = TimeSpan.FromHours(1) }));
        Assert.Empty(await FoundAsync(new(Status: RunStatus.Failed)));
        Assert.Equal([answered.Id], await FoundAsync(new(ConversationId: answered.ConversationId)));
        Assert.Empty(await FoundAsync(new(Until: answered.CreatedAt)));
        Assert.Empty(await FoundAsync(new() { Active = true }));

        var second = await rig.Archive.ListAsync(AgentsRig.Anna, new(), 1, 1, Cancellation);
        Assert.Equal((2, answered.Id), (second.Total, Assert.Single(second.Runs).Run.Id));
        var record = await rig.Archive.GetAsync(AgentsRig.Anna, agent.Id, Cancellation);
        Assert.Equal(("What is new?", 1, 120), (record.Listed.Question, record.Listed.Steps, record.Listed.Tokens));
        Assert.Equal(AgentLoopTests.Clerk.Name, record.Agent?.Definition.Name);

        async Task<List<Guid>> FoundAsync(RunFilter filter) => [.. (await rig.Archive.ListAsync(AgentsRig.Anna, filter, 0, 10, Cancellation)).Runs.Select(run => run.Run.Id)];
    }
}
