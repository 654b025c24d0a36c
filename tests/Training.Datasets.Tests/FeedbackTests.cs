using Microsoft.EntityFrameworkCore;
using Platform.Agents.Answering;
using Platform.Agents.Conversations;
using Platform.Agents.Runs;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Training.Datasets.Feedback;
using Platform.Training.Datasets.Storage;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Tests;

public sealed class FeedbackTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_corrected_answer_becomes_a_preference_and_waits_for_approval()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        var (conversation, answer) = await AnsweredAsync(here);
        var box = here.Get<FeedbackBox>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => box.GiveAsync(Installation.Person, conversation, answer.Id, new(false, [FeedbackReason.Wrong], "Not so.", "It is twenty five days."), Stop))); // from several tabs
        Assert.False((await box.GivenAsync(Installation.Person, conversation, Stop))[answer.Id].Good);
        Assert.Empty(await box.ListAsync(Installation.Person, FeedbackState.Waiting, Stop));
        var entry = Assert.Single(await box.ListAsync(Installation.Administrator, FeedbackState.Waiting, Stop));
        Assert.Equal(answer.Text, entry.Answer);

        var set = await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Preferred", "", RowKind.Preference, Stop);
        Assert.Equal(new AddedItems(1, 0), await box.TakeAsync(Installation.Administrator, answer.Id, set, Stop));
        var row = Assert.Single((await here.Get<DatasetItems>().FindAsync(Installation.Administrator, set.Id, new(), Stop)).Items);
        Assert.Equal(("It is twenty five days.", answer.Text, RowStatus.New), (row.Row.Chosen, row.Row.Rejected, row.Status));
        Assert.Equal("How many days?", Assert.Single(row.Row.Turns).Content);
        Assert.Equal(answer.RunId, row.Span!.RunId);
        Assert.Empty(await box.ListAsync(Installation.Administrator, FeedbackState.Waiting, Stop));
    }

    [Fact]
    public async Task A_good_answer_becomes_a_row_to_learn_from_and_a_bad_one_without_a_better_does_not()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        var (conversation, answer) = await AnsweredAsync(here);
        var box = here.Get<FeedbackBox>();
        var set = await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Good", "", RowKind.Dialogue, Stop);
        await box.GiveAsync(Installation.Person, conversation, answer.Id, new(false, []), Stop);
        Assert.Equal("no_correction", (await Assert.ThrowsAsync<DatasetException>(() => box.TakeAsync(Installation.Administrator, answer.Id, set, Stop))).Code);
        var preferred = await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Preferred", "", RowKind.Preference, Stop);
        await box.GiveAsync(Installation.Person, conversation, answer.Id, new(false, [], Correction: answer.Text), Stop);
        Assert.Equal("no_answer", (await Assert.ThrowsAsync<DatasetException>(() => box.TakeAsync(Installation.Administrator, answer.Id, preferred, Stop))).Code);
        await box.GiveAsync(Installation.Person, conversation, answer.Id, new(true, []), Stop);
        await box.TakeAsync(Installation.Administrator, answer.Id, set, Stop);
        Assert.Equal(answer.Text, Assert.Single((await here.Get<DatasetItems>().FindAsync(Installation.Administrator, set.Id, new(), Stop)).Items).Row.Reply);
    }

    [Fact]
    public void Who_refused_that_a_model_learns_refuses_it_with_praise_too()
    {
        Assert.False(Judgement.Praise(new(false, [FeedbackReason.Wrong], "Not so.", MayLearn: false)).MayLearn);
        Assert.True(Judgement.Praise(null) is { Good: true, MayLearn: true });
    }

    [Fact]
    public async Task What_a_person_does_not_let_a_model_learn_from_is_read_and_not_taken()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        var (conversation, answer) = await AnsweredAsync(here);
        var box = here.Get<FeedbackBox>();
        var set = await here.Get<DatasetLibrary>().CreateAsync(Installation.Administrator, "Good", "", RowKind.Dialogue, Stop);
        await box.GiveAsync(Installation.Person, conversation, answer.Id, new(false, [], Correction: "Better so.", MayLearn: false), Stop);
        var entry = Assert.Single(await box.ListAsync(Installation.Administrator, FeedbackState.Waiting, Stop));
        Assert.Equal((Installation.Person.UserId, false), (entry.OwnerId, entry.Judgement.MayLearn));
        Assert.Equal("not_allowed", (await Assert.ThrowsAsync<DatasetException>(() => box.TakeAsync(Installation.Administrator, answer.Id, set, Stop))).Code);
        await box.GiveAsync(Installation.Person, conversation, answer.Id, new(false, [], Correction: "Better so."), Stop);
        Assert.Equal(1, (await box.TakeAsync(Installation.Administrator, answer.Id, set, Stop)).Added);
    }

    [Fact]
    public async Task A_quoted_answer_is_learned_as_the_words_of_the_documents_alone()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        await here.BaseAsync(("leave.md", "# Leave\n\nEmployees start with 26 days of annual leave.\n"));
        var box = here.Get<FeedbackBox>();
        var conversation = (await here.Get<ConversationLibrary>().CreateAsync(Installation.Administrator, [], Stop)).Id;
        var answer = await AnsweredAsync(here, conversation, "How many days of annual leave do employees start with?", Installation.Administrator);
        Assert.Contains("[1]", answer.Text, StringComparison.Ordinal);
        await box.GiveAsync(Installation.Administrator, conversation, answer.Id, new(true, []), Stop);
        Assert.Equal("Employees start with 26 days of annual leave.", Assert.Single(await box.ListAsync(Installation.Administrator, FeedbackState.Waiting, Stop)).Answer);
    }

    [Theory]
    [InlineData("Twenty six [1]. In the list a[2] stands, and [7].", "Twenty six. In the list a[2] stands, and [7].")]
    [InlineData("[1]", "")]
    [InlineData("Take `row[1]` [1].\n```\nx = row[1]\n```\nSo it is [1].", "Take `row[1]`.\n```\nx = row[1]\n```\nSo it is.")]
    [InlineData("Cut off [1]:\n```\nx = row[1]", "Cut off:\n```\nx = row[1]")]
    public void Marks_of_citations_are_not_learned(string answer, string learned) => Assert.Equal(learned, LearnedText.Of(answer, [Cited(1)], null));

    private static Citation Cited(int n) => new(n, default, default, "", "", 1, default, "", 0, 0, 0, "", "", 0, [], 0, Verdict.Supported, 0, 0);

    [Fact]
    public async Task Nobody_judges_or_takes_what_is_not_theirs()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        var (conversation, answer) = await AnsweredAsync(here);
        var box = here.Get<FeedbackBox>();
        await Assert.ThrowsAsync<NotFoundException>(() => box.GiveAsync(Installation.Administrator, conversation, answer.Id, new(true, []), Stop));
        await box.GiveAsync(Installation.Person, conversation, answer.Id, new(true, []), Stop);
        await box.TakeBackAsync(Installation.Administrator, answer.Id, Stop);
        Assert.Single(await box.ListAsync(Installation.Administrator, FeedbackState.Waiting, Stop));
        await Assert.ThrowsAsync<NotFoundException>(() => box.DismissAsync(Installation.Person, answer.Id, Stop));
        await box.DismissAsync(Installation.Administrator, answer.Id, Stop);
        Assert.Single(await box.ListAsync(Installation.Administrator, FeedbackState.Dismissed, Stop));
        await Assert.ThrowsAsync<NotFoundException>(() => box.ReopenAsync(Installation.Person, answer.Id, Stop));
        await box.ReopenAsync(Installation.Administrator, answer.Id, Stop);
        Assert.Single(await box.ListAsync(Installation.Administrator, FeedbackState.Waiting, Stop));
        await box.TakeBackAsync(Installation.Person, answer.Id, Stop);
        Assert.Empty(await box.ListAsync(Installation.Administrator, FeedbackState.Dismissed, Stop));
    }

    [Fact]
    public async Task A_judgement_ends_with_its_conversation()
    {
        await using var here = await Installation.StartAsync(canAnswer: false, working: true);
        var box = here.Get<FeedbackBox>();
        var (kept, answer) = await AnsweredAsync(here);
        var (deleted, other) = await AnsweredAsync(here);
        await box.GiveAsync(Installation.Person, kept, answer.Id, new(true, []), Stop);
        await box.GiveAsync(Installation.Person, deleted, other.Id, new(true, []), Stop);
        Assert.Equal(2, (await box.ListAsync(Installation.Administrator, FeedbackState.Waiting, Stop)).Count);
        await here.Get<ConversationLibrary>().DeleteAsync(Installation.Person, deleted, Stop);
        await Assert.ThrowsAsync<NotFoundException>(() => box.CorrectAsync(Installation.Administrator, other.Id, "No.", Stop));
        await using (var db = await here.Get<IDbContextFactory<DatasetsContext>>().CreateDbContextAsync(Stop)) Assert.Equal(2, await db.Feedback.CountAsync(Stop));
        await box.ForgetGoneAsync(Stop);
        await using (var db = await here.Get<IDbContextFactory<DatasetsContext>>().CreateDbContextAsync(Stop)) Assert.Equal(answer.Id, (await db.Feedback.SingleAsync(Stop)).MessageId);
        Assert.Equal(answer.Id, Assert.Single(await box.ListAsync(Installation.Administrator, FeedbackState.Waiting, Stop)).MessageId);
    }

    private static async Task<(Guid Conversation, ConversationMessage Answer)> AnsweredAsync(Installation here)
    {
        var conversation = (await here.Get<ConversationLibrary>().CreateAsync(Installation.Person, [], Stop)).Id;
        return (conversation, await AnsweredAsync(here, conversation, "How many days?", Installation.Person));
    }

    private static async Task<ConversationMessage> AnsweredAsync(Installation here, Guid conversation, string question, Caller person)
    {
        var conversations = here.Get<ConversationLibrary>();
        await here.Get<RunAgent>().StartAsync(person, new StartRun(Guid.NewGuid(), conversation, question), Stop);
        await Installation.UntilAsync(async () => (await conversations.MessagesAsync(person, conversation, Stop)) is [.., { Role: "assistant", Status: RunStatus.Completed }]);
        return (await conversations.MessagesAsync(person, conversation, Stop))[^1];
    }
}
