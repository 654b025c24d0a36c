using Platform.Agents.Conversations;
using Platform.Agents.Runs;
using Platform.Agents.Tests.Runs;
using Platform.Retrieval;

namespace Platform.Agents.Tests.Conversations;

public sealed class ConversationLibraryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Conversations_are_listed_latest_first_and_found_by_title_and_text()
    {
        await using var rig = await AgentsRig.StartAsync();
        var leave = await rig.AskAsync("How many days of annual leave?");
        await rig.EventsAsync(leave);
        var travel = await rig.AskAsync("出差住宿标准是多少？");
        await rig.EventsAsync(travel);

        var all = await rig.Conversations.ListAsync(AgentsRig.Anna, null, Cancellation);
        Assert.Equal([travel.ConversationId, leave.ConversationId], all.Select(c => c.Id));
        Assert.Equal([leave.ConversationId], (await rig.Conversations.ListAsync(AgentsRig.Anna, "ANNUAL", Cancellation)).Select(c => c.Id));
        Assert.Equal([travel.ConversationId], (await rig.Conversations.ListAsync(AgentsRig.Anna, "住宿", Cancellation)).Select(c => c.Id));
        Assert.Empty(await rig.Conversations.ListAsync(AgentsRig.Anna, "100%_", Cancellation));
        Assert.Empty(await rig.Conversations.ListAsync(AgentsRig.Boris, null, Cancellation));
    }

    [Theory]
    [InlineData("Übersicht")]
    [InlineData("übersicht")]
    [InlineData("ÜBER")]
    [InlineData("Ёлка")]
    [InlineData("ёЛКА")]
    public async Task Letters_of_all_alphabets_are_found_in_either_case(string text)
    {
        await using var rig = await AgentsRig.StartAsync();
        var run = await rig.AskAsync("Where is the Übersicht for Ёлка?");
        await rig.EventsAsync(run);
        Assert.Equal([run.ConversationId], (await rig.Conversations.ListAsync(AgentsRig.Anna, text, Cancellation)).Select(c => c.Id));
    }

    [Fact]
    public async Task What_is_changed_is_kept()
    {
        await using var rig = await AgentsRig.StartAsync();
        var made = await rig.Conversations.CreateAsync(AgentsRig.Anna, [], Cancellation);
        Guid[] bases = [Guid.NewGuid(), Guid.NewGuid()];
        await rig.Conversations.RenameAsync(AgentsRig.Anna, made.Id, " Holidays ", Cancellation);
        await rig.Conversations.PinAsync(AgentsRig.Anna, made.Id, true, Cancellation);
        await rig.Conversations.SetBasesAsync(AgentsRig.Anna, made.Id, bases, Cancellation);
        var kept = await rig.Conversations.GetAsync(AgentsRig.Anna, made.Id, Cancellation);
        Assert.Equal(("Holidays", true, false), (kept.Title, kept.Pinned, kept.Running));
        Assert.Equal(bases, kept.BaseIds);
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Conversations.RenameAsync(AgentsRig.Anna, made.Id, "  ", Cancellation));
    }

    [Fact]
    public async Task Another_person_has_no_such_conversation_an_administrator_neither()
    {
        await using var rig = await AgentsRig.StartAsync();
        var made = await rig.Conversations.CreateAsync(AgentsRig.Anna, [], Cancellation);
        Func<Task>[] calls =
        [
            () => rig.Conversations.GetAsync(AgentsRig.Boris, made.Id, Cancellation),
            () => rig.Conversations.MessagesAsync(AgentsRig.Boris, made.Id, Cancellation),
            () => rig.Conversations.RenameAsync(AgentsRig.Boris, made.Id, "Mine", Cancellation),
            () => rig.Conversations.PinAsync(AgentsRig.Boris, made.Id, true, Cancellation),
            () => rig.Conversations.SetBasesAsync(AgentsRig.Boris, made.Id, [], Cancellation),
            () => rig.Conversations.DeleteAsync(AgentsRig.Boris, made.Id, Cancellation),
            () => rig.Runs.StartAsync(AgentsRig.Boris, new StartRun(Guid.NewGuid(), made.Id, "Question?"), Cancellation),
        ];
        foreach (var call in calls)
            await Assert.ThrowsAsync<NotFoundException>(call);
    }

    [Fact]
    public async Task Deleting_stops_the_answer_first_and_leaves_nothing()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Text", " never."));
        var run = await rig.AskAsync();
        gate.Let(1);
        await RunAgentTests.WrittenAsync(rig, run, "Text");
        Assert.True((await rig.Conversations.GetAsync(AgentsRig.Anna, run.ConversationId, Cancellation)).Running);
        await rig.Conversations.DeleteAsync(AgentsRig.Anna, run.ConversationId, Cancellation);
        Assert.True(gate.WasCancelled);
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Conversations.GetAsync(AgentsRig.Anna, run.ConversationId, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation));
        Assert.Empty(await rig.Store.EventsAsync(run.Id, 0, Cancellation));
    }

    [Theory]
    [InlineData("How many days of leave?", "How many days of leave?")]
    [InlineData("  Two\n lines  ", "Two lines")]
    [InlineData("What does the handbook say about working from home on Fridays in summer?", "What does the handbook say about working from home on…")]
    [InlineData("年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年", "年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年年…")]
    public void A_title_is_the_question_cut_at_a_word(string question, string title) => Assert.Equal(title, ConversationTitle.Of(question));

    [Fact]
    public async Task A_conversation_that_is_not_listed_is_opened_by_its_id_alone()
    {
        await using var rig = await AgentsRig.StartAsync();
        var trial = await rig.Conversations.CreateAsync(AgentsRig.Anna, [], Cancellation, listed: false);
        Assert.Empty(await rig.Conversations.ListAsync(AgentsRig.Anna, null, Cancellation));
        Assert.Equal(trial.Id, (await rig.Conversations.GetAsync(AgentsRig.Anna, trial.Id, Cancellation)).Id);
    }
}
