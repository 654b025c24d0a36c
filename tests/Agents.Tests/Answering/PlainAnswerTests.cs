using Microsoft.Extensions.AI;
using Platform.Agents.Answering;
using Platform.Agents.Conversations;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Fakes;
using Platform.ModelHost.Client;

namespace Platform.Agents.Tests.Answering;

/// <summary>The model itself answers: no document is looked into, and the model is sent what was said and nothing else.</summary>
public sealed class PlainAnswerTests
{
    private const string Question = "How many days of annual leave?";
    private static readonly PastTurn[] Before = [new("user", "Who are you?"), new("assistant", "A model.")];

    [Fact]
    public async Task The_model_is_sent_what_was_said_alone_and_its_words_stand_as_they_are()
    {
        var chat = ScriptedChatClient.Saying("This is not in these documents. ", "Or 30 [1].");
        var (events, text) = await AskAsync(chat, new(AgentsRig.Anna, Question, Before, [], AnswerMode.Plain, "other:legal"));
        Assert.Equal("This is not in these documents. Or 30 [1].", text);
        Assert.Equal([(ChatRole.User, "Who are you?"), (ChatRole.Assistant, "A model."), (ChatRole.User, Question)], chat.Requests.Single().Select(sent => (sent.Role, sent.Text)));
        Assert.Equal(("other:legal", 0f), (chat.Options.Single()!.ModelId, chat.Options.Single()!.Temperature));
        var done = Assert.IsType<AnswerDone>(events[^1]);
        Assert.Equal((AnswerMode.Plain, false), (done.Mode, done.NotFound));
        Assert.DoesNotContain(events, happened => happened is AnswerSources or AnswerCitation);
    }

    [Fact]
    public async Task A_model_whose_words_are_no_answers_to_documents_is_heard_all_the_same() =>
        Assert.Equal("Thirty.", (await AskAsync(ScriptedChatClient.Saying("Thirty."), new(AgentsRig.Anna, Question, [], [], AnswerMode.Plain), canAnswer: false)).Text);

    [Theory]
    [InlineData("other:legal", QuotedInstead.ModelOnlyQuotes)]
    [InlineData("", null)]
    public async Task Quotes_in_the_place_of_a_chosen_models_words_say_that_it_took_no_part(string model, QuotedInstead? because)
    {
        var chat = ScriptedChatClient.Saying("Invented.");
        var (events, _) = await AskAsync(chat, new(AgentsRig.Anna, Question, [], [], Model: model), canAnswer: false);
        Assert.Equal((AnswerMode.Quote, because), (Assert.IsType<AnswerDone>(events[^1]).Mode, Assert.IsType<AnswerDone>(events[^1]).InsteadBecause));
        Assert.Empty(chat.Requests);
    }

    [Fact]
    public async Task A_small_context_takes_the_latest_turns_a_persons_first_and_leaves_room_for_the_answer()
    {
        var chat = ScriptedChatClient.Saying("Thirty.");
        await AskAsync(chat, new(AgentsRig.Anna, Question, [new("user", new string('x', 400)), .. Before], [], AnswerMode.Plain), contextTokens: 128);
        Assert.Equal(["Who are you?", "A model.", Question], chat.Requests.Single().Select(sent => sent.Text));
        Assert.InRange(chat.Options.Single()!.MaxOutputTokens!.Value, 32, 96);
    }

    [Fact]
    public async Task A_question_that_leaves_no_room_for_an_answer_is_refused_with_the_numbers()
    {
        var refusal = await Assert.ThrowsAsync<RunException>(() => AskAsync(ScriptedChatClient.Saying("No."), new(AgentsRig.Anna, new string('x', 2000), [], [], AnswerMode.Plain), contextTokens: 256));
        Assert.Equal(RunErrorKind.ContextTooLong, refusal.Kind);
        Assert.Contains("the model takes 256 together", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_question_gets_the_same_answer_until_a_further_one_of_the_same_model_is_asked_for()
    {
        var chat = ScriptedChatClient.Saying("Thirty.");
        await using var rig = await AgentsRig.StartAsync(chat);
        var first = await rig.AskAsync(mode: AnswerMode.Plain);
        await rig.EventsAsync(first);
        foreach (var model in (string[])["", "other"])
        {
            await rig.EventsAsync(await rig.Runs.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), first.ConversationId, Question, AnswerMode.Plain, first.AssistantMessageId, Model: model), TestContext.Current.CancellationToken));
        }
        Assert.Equal([0f, 0.7f, 0f], chat.Options.Select(sent => sent!.Temperature!.Value));
    }

    [Fact]
    public async Task A_question_whose_first_answer_failed_gets_the_answer_that_it_had_not()
    {
        var asked = 0;
        var chat = ScriptedChatClient.Deciding(_ => asked++ == 0 ? throw new ModelHostException(ModelHostErrorKind.Unavailable, "Away.") : [new TextContent("Thirty.")]);
        await using var rig = await AgentsRig.StartAsync(chat);
        var first = await rig.AskAsync(mode: AnswerMode.Plain);
        Assert.Equal("error", (await rig.EventsAsync(first))[^1].Name);
        await rig.EventsAsync(await rig.Runs.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), first.ConversationId, Question, AnswerMode.Plain, first.AssistantMessageId), TestContext.Current.CancellationToken));
        Assert.Equal(0f, chat.Options.Last()!.Temperature);
    }

    [Fact]
    public async Task Who_leaves_in_the_moment_in_which_a_further_answer_is_stored_leaves_a_run_that_is_executed()
    {
        DatabaseWatch watch = new();
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying("Thirty."), process: new(Watch: watch));
        var first = await rig.AskAsync(mode: AnswerMode.Plain);
        await rig.EventsAsync(first);
        using CancellationTokenSource leaving = new();
        var id = Guid.NewGuid();
        watch.AfterCommit = () =>
        {
            using var db = rig.OpenDatabase();
            if (db.Runs.Any(r => r.Id == id))
                leaving.Cancel();
        };
        var again = await rig.Runs.StartAsync(AgentsRig.Anna, new(id, first.ConversationId, Question, AnswerMode.Plain, first.AssistantMessageId), leaving.Token);
        Assert.True(leaving.IsCancellationRequested);
        Assert.Equal("done", (await rig.EventsAsync(again))[^1].Name);
    }

    [Fact]
    public async Task Its_run_shows_that_it_wrote_and_searched_nothing()
    {
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying("Thirty."));
        var trace = RunTrace.Of(await rig.EventsAsync(await rig.AskAsync(mode: AnswerMode.Plain)));
        Assert.Equal((TraceKind.Writing, TraceState.Done), (Assert.Single(trace.Rows).Kind, trace.Rows[0].State));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("seed-chat:legal@2", true)]
    [InlineData("seed-chat", false)]
    public async Task Who_answers_is_kept_with_whether_documents_are_left_out(string model, bool without)
    {
        await using var rig = await AgentsRig.StartAsync();
        ConversationSubject subject = new(Model: model) { WithoutDocuments = without };
        var made = await rig.Conversations.CreateAsync(AgentsRig.Anna, [], TestContext.Current.CancellationToken, subject: subject);
        Assert.Equal(subject, (await rig.Conversations.GetAsync(AgentsRig.Anna, made.Id, TestContext.Current.CancellationToken)).Subject);
    }

    private static async Task<(List<AnswerEvent> Events, string Text)> AskAsync(ScriptedChatClient chat, AnswerQuestion question, bool canAnswer = true, int contextTokens = 4096)
    {
        await using var rig = await AgentsRig.StartAsync(chat, canAnswer: canAnswer, contextTokens: contextTokens);
        var events = await rig.Answers.StreamAsync(question, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        return (events, string.Concat(events.OfType<AnswerText>().Select(happened => happened.Text)));
    }
}
