using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Conversations;
using Platform.Agents.Prompting;
using Platform.Agents.Runs;
using Platform.Web.Features.Chat;

namespace Platform.Web.Tests.Chat;

public sealed class MessageModelTests
{
    private static readonly AnswerDone Done = new(AnswerMode.Quote, false, new AnswerTimings(400, 450, 900), new AnswerUsage("seed", 0, 0, 0, 0));

    private static readonly RunEvent[] Whole =
    [
        Samples.Event(1, "run.status", new RunStatusData("searching", 3)),
        Samples.Event(2, "retrieval.completed", new AnswerSources([new SourceRead(Guid.NewGuid(), "a.md", "text/markdown", 1, Guid.NewGuid(), 0.8, "…")], 400)),
        Samples.Event(3, "message.delta", new TextData("Twenty-five ")),
        Samples.Event(4, "message.delta", new TextData("days [1].")),
        Samples.Event(5, "citation.added", Samples.Citation(1)),
        Samples.Event(6, "usage", Done),
        Samples.Event(7, "done", new TextData("Twenty-five days [1].")),
    ];

    private static MessageModel Live() => MessageModel.Live(new RunInfo(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), RunStatus.Queued, DateTimeOffset.UnixEpoch, null), []);

    [Fact]
    public void What_another_window_asked_is_shown_and_what_is_shown_already_stays_as_it_is()
    {
        var (first, second) = (Stored("user", "one"), Stored("user", "two"));
        var (kept, live) = (MessageModel.Of(first), Live());
        var writing = Stored("assistant", "") with { Id = live.Id, Status = RunStatus.InProgress };

        var renewed = MessageModel.Renewed([kept, live], [first, second, writing]);

        Assert.Equal(["one", "two", ""], renewed.Select(m => m.Text));
        Assert.Same(kept, renewed[0]);
        Assert.Same(live, renewed[2]);
    }

    [Fact]
    public void A_message_with_another_version_or_a_following_that_broke_off_is_taken_anew()
    {
        var asked = Stored("user", "one");
        var broken = Live();
        broken.BreakOff(RunErrorKind.Interrupted);
        var answered = Stored("assistant", "whole") with { Id = broken.Id, Status = RunStatus.Completed };

        var renewed = MessageModel.Renewed([MessageModel.Of(asked), broken], [asked with { Versions = [asked.Id, Guid.NewGuid()] }, answered]);

        Assert.Equal(2, renewed[0].Versions.Count);
        Assert.Equal(("whole", null), (renewed[1].Text, renewed[1].Error));
    }

    [Fact]
    public void A_message_names_the_agent_of_its_own_run_whoever_answers_in_the_conversation_by_now()
    {
        var agent = Guid.NewGuid();
        Assert.Equal(agent, MessageModel.Live(new RunInfo(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), RunStatus.Queued, DateTimeOffset.UnixEpoch, null, agent), []).AgentId);
        foreach (var status in (RunStatus[])[RunStatus.RequiresAction, RunStatus.Completed])
            Assert.Equal(agent, MessageModel.Of(Stored("assistant", "whole") with { Status = status, AgentId = agent }).AgentId);
    }

    private static ConversationMessage Stored(string role, string text)
    {
        var id = Guid.NewGuid();
        return new ConversationMessage(id, Guid.Empty, role, text, DateTimeOffset.UnixEpoch, null, null, [], [], null, null, [id]);
    }

    [Fact]
    public void Events_fold_into_the_answer()
    {
        var message = Live();
        foreach (var happened in Whole)
        {
            message.Apply(happened);
        }

        Assert.Equal("Twenty-five days [1].", message.Text);
        Assert.Equal(1, Assert.Single(message.Citations).N);
        Assert.Single(message.Sources);
        Assert.Equal(400, message.SearchMs);
        Assert.Equal(900, message.Usage?.Timings.TotalMs);
        Assert.False(message.Running);
    }

    [Fact]
    public void A_source_that_two_sentences_fare_differently_with_is_one_source_with_two_numbers()
    {
        var message = Live();
        var first = Samples.Citation(1);
        message.Apply(Samples.Event(1, "citation.added", first));
        message.Apply(Samples.Event(2, "citation.added", Samples.Citation(2)));
        message.Apply(Samples.Event(3, "citation.added", first with { N = 3, Verdict = Verdict.Unsupported, AnswerStart = 20, AnswerEnd = 40 }));

        Assert.Equal([[1, 3], [2]], message.Cited.Select(same => same.Select(citation => citation.N)));
    }

    [Fact]
    public void Events_that_come_twice_after_a_reconnect_change_nothing()
    {
        var message = Live();
        foreach (var happened in Whole.Take(5).Concat(Whole))
        {
            message.Apply(happened);
        }

        Assert.Equal("Twenty-five days [1].", message.Text);
        Assert.Single(message.Citations);
    }

    [Fact]
    public void What_an_agent_takes_back_is_not_in_its_answer_and_what_it_does_is_in_the_trace()
    {
        var message = Live();
        message.Apply(Samples.Event(1, "step.started", new StepStartedData("s1", StepKind.Decision, "", 0, [], [])));
        message.Apply(Samples.Event(2, "message.delta", new TextData("I will look ")));
        message.Apply(Samples.Event(3, "citation.added", Samples.Citation(1)));
        message.Apply(Samples.Event(4, "message.reset", new MessageResetData("tool_call")));
        message.Apply(Samples.Event(5, "answer.chosen", new AnswerChosenData(3, 2, "Two.")));
        message.Apply(Samples.Event(6, "message.delta", new TextData("Two.")));
        message.Apply(Samples.Event(7, "run.status", new RunStatusData("incomplete", 0, StopReason.MaxSteps)));
        message.Apply(Samples.Event(8, "done", new TextData("Two.")));

        Assert.Equal("Two.", message.Text);
        Assert.Empty(message.Citations);
        Assert.Equal(StopReason.MaxSteps, message.StopReason);
        Assert.Equal((2, 3), (message.Trace!.Chosen!.Votes, message.Trace.Chosen.Samples));
        Assert.Single(message.Trace.Rows);
        Assert.False(message.Running);
    }

    [Fact]
    public void A_failure_keeps_what_was_written()
    {
        var message = Live();
        foreach (var happened in Whole.Take(3).Append(Samples.Event(4, "error", new ErrorData(RunErrorKind.ModelFailed, "The model stopped."))))
        {
            message.Apply(happened);
        }

        Assert.Equal("Twenty-five ", message.Text);
        Assert.Equal(RunErrorKind.ModelFailed, message.Error?.Kind);
        Assert.False(message.Running);
    }

    [Fact]
    public void A_stopped_answer_keeps_what_was_written()
    {
        var message = Live();
        message.Apply(Whole[2] with { Seq = 1 });
        message.Apply(Samples.Event(2, "run.status", new RunStatusData("cancelled", 0)));
        message.Apply(Samples.Event(3, "done", new TextData("Twenty-five ")));

        Assert.True(message.Stopped);
        Assert.Equal("Twenty-five ", message.Text);
    }

    [Fact]
    public void A_stored_answer_that_still_runs_starts_empty_so_that_its_events_fill_it_once()
    {
        var stored = new ConversationMessage(Guid.NewGuid(), Guid.NewGuid(), "assistant", "Twenty-", DateTimeOffset.UnixEpoch, Guid.NewGuid(), RunStatus.InProgress, [], [], null, null, []);

        var message = MessageModel.Of(stored);

        Assert.True(message.Running);
        Assert.Equal("", message.Text);
        Assert.Equal(0, message.LastSeq);
    }
}
