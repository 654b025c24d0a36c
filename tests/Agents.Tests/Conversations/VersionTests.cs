using Platform.Agents.Conversations;
using Platform.Agents.Runs;
using Platform.Fakes;
using Platform.Retrieval;

namespace Platform.Agents.Tests.Conversations;

/// <summary>Answers given again and questions asked otherwise: nothing is overwritten.</summary>
public sealed class VersionTests
{
    private const string Leave = "How many days of annual leave?";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answering_again_keeps_both_answers_under_one_question()
    {
        await using var rig = await AgentsRig.StartAsync();
        var first = await DoneAsync(rig, await rig.AskAsync(Leave));
        var second = await DoneAsync(rig, await VersionAsync(rig, first, Leave, first.AssistantMessageId));

        Assert.Equal(first.UserMessageId, second.UserMessageId);
        Assert.Equal([first.UserMessageId, second.AssistantMessageId], await ShownAsync(rig, first));
        Assert.Equal([first.AssistantMessageId, second.AssistantMessageId], (await MessagesAsync(rig, first))[1].Versions);
        await rig.Conversations.ShowVersionAsync(AgentsRig.Anna, first.ConversationId, first.AssistantMessageId, Cancellation);
        Assert.Equal([first.UserMessageId, first.AssistantMessageId], await ShownAsync(rig, first));
    }

    [Fact]
    public async Task Asking_otherwise_makes_a_branch_and_each_branch_keeps_what_followed_it()
    {
        await using var rig = await AgentsRig.StartAsync();
        var first = await DoneAsync(rig, await rig.AskAsync(Leave));
        var next = await DoneAsync(rig, await rig.AskAsync("May leave be carried over?", first.ConversationId));
        var other = await DoneAsync(rig, await VersionAsync(rig, first, "How many days of leave in the first year?", first.UserMessageId));
        Assert.Equal([other.UserMessageId, other.AssistantMessageId], await ShownAsync(rig, first));
        Assert.Equal([first.UserMessageId, other.UserMessageId], (await MessagesAsync(rig, first))[0].Versions);

        var further = await DoneAsync(rig, await rig.AskAsync("And in the second?", first.ConversationId));
        await rig.Conversations.ShowVersionAsync(AgentsRig.Anna, first.ConversationId, first.UserMessageId, Cancellation);
        Assert.Equal([first.UserMessageId, first.AssistantMessageId, next.UserMessageId, next.AssistantMessageId], await ShownAsync(rig, first));
        await rig.Conversations.ShowVersionAsync(AgentsRig.Anna, first.ConversationId, other.UserMessageId, Cancellation);
        Assert.Equal([other.UserMessageId, other.AssistantMessageId, further.UserMessageId, further.AssistantMessageId], await ShownAsync(rig, first));
    }

    [Fact]
    public async Task The_model_is_told_of_its_own_branch_alone()
    {
        var chat = ScriptedChatClient.Saying("Yes [1].");
        await using var rig = await AgentsRig.StartAsync(chat);
        var first = await DoneAsync(rig, await rig.AskAsync(Leave));
        await DoneAsync(rig, await VersionAsync(rig, first, "How many days of leave in the first year?", first.UserMessageId));
        await DoneAsync(rig, await rig.AskAsync("How many days of leave in the second year?", first.ConversationId));
        var told = string.Join('\n', chat.Requests.Last().Select(m => m.Text));
        Assert.Contains("in the first year?", told, StringComparison.Ordinal);
        Assert.DoesNotContain(Leave, told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_of_nothing_and_an_answer_to_something_else_are_refused()
    {
        await using var rig = await AgentsRig.StartAsync();
        var run = await DoneAsync(rig, await rig.AskAsync(Leave));
        var elsewhere = await DoneAsync(rig, await rig.AskAsync(Leave));
        await Assert.ThrowsAsync<NotFoundException>(() => VersionAsync(rig, run, Leave, Guid.NewGuid()));
        await Assert.ThrowsAsync<NotFoundException>(() => VersionAsync(rig, run, Leave, elsewhere.AssistantMessageId));
        await Assert.ThrowsAsync<ArgumentException>(() => VersionAsync(rig, run, "Something else?", run.AssistantMessageId));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Conversations.ShowVersionAsync(AgentsRig.Anna, run.ConversationId, elsewhere.AssistantMessageId, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Conversations.ShowVersionAsync(AgentsRig.Boris, run.ConversationId, run.AssistantMessageId, Cancellation));
    }

    [Fact]
    public async Task The_same_id_for_a_version_of_something_else_is_a_conflict()
    {
        await using var rig = await AgentsRig.StartAsync();
        var first = await DoneAsync(rig, await rig.AskAsync(Leave));
        Guid?[] places = [null, first.AssistantMessageId, first.UserMessageId];
        foreach (var place in places)
        {
            StartRun start = new(Guid.NewGuid(), first.ConversationId, Leave, VersionOf: place);
            var run = await DoneAsync(rig, await rig.Runs.StartAsync(AgentsRig.Anna, start, Cancellation));
            Assert.Equal(run.Id, (await rig.Runs.StartAsync(AgentsRig.Anna, start, Cancellation)).Id);
            foreach (var other in places.Where(other => other != place).Append(run.AssistantMessageId).Append(Guid.NewGuid()))
                await Assert.ThrowsAsync<RunConflictException>(() => rig.Runs.StartAsync(AgentsRig.Anna, start with { VersionOf = other }, Cancellation));
        }
    }

    [Fact]
    public async Task Conversations_from_before_there_were_versions_read_as_they_were()
    {
        await using var rig = await AgentsRig.StartAsync();
        var first = await DoneAsync(rig, await rig.AskAsync(Leave));
        await DoneAsync(rig, await rig.AskAsync("May leave be carried over?", first.ConversationId));
        var before = await ShownAsync(rig, first);
        await rig.MakeOldAsync();

        await using var later = await rig.RestartAsync();
        Assert.Equal(before, await ShownAsync(later, first));
        Assert.All(await MessagesAsync(later, first), m => Assert.Equal([m.Id], m.Versions));
        var next = await DoneAsync(later, await later.AskAsync("Who grants it?", first.ConversationId));
        Assert.Equal([.. before, next.UserMessageId, next.AssistantMessageId], await ShownAsync(later, first));
    }

    private static Task<RunInfo> VersionAsync(AgentsRig rig, RunInfo inConversationOf, string question, Guid versionOf) =>
        rig.Runs.StartAsync(AgentsRig.Anna, new StartRun(Guid.NewGuid(), inConversationOf.ConversationId, question, VersionOf: versionOf), Cancellation);

    private static async Task<RunInfo> DoneAsync(AgentsRig rig, RunInfo run)
    {
        await rig.EventsAsync(run);
        return run;
    }

    private static Task<IReadOnlyList<ConversationMessage>> MessagesAsync(AgentsRig rig, RunInfo run) => rig.Conversations.MessagesAsync(AgentsRig.Anna, run.ConversationId, Cancellation);

    private static async Task<IEnumerable<Guid>> ShownAsync(AgentsRig rig, RunInfo run) => (await MessagesAsync(rig, run)).Select(m => m.Id);
}
