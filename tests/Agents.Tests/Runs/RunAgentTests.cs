using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Platform.Agents.Answering;
using Platform.Agents.Runs;
using Platform.Fakes;
using Platform.ModelHost.Client;
using Platform.Retrieval;

namespace Platform.Agents.Tests.Runs;

public sealed class RunAgentTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_stores_question_answer_citations_and_numbered_events()
    {
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying("Everybody has 27 days of annual", " leave [", "1]."));
        var run = await rig.AskAsync();
        var events = await rig.EventsAsync(run);

        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.Seq));
        Assert.Equal(["run.status", "retrieval.completed", "message.delta", "citation.added", "usage", "done"], events.Select(e => e.Name).Distinct());
        Assert.Equal("Everybody has 27 days of annual leave [1].", events[^1].Read<TextData>().Text);
        Assert.Equal(events[^1].Read<TextData>().Text, string.Concat(events.Where(e => e.Name == "message.delta").Select(e => e.Read<TextData>().Text)));

        var messages = await rig.Conversations.MessagesAsync(AgentsRig.Anna, run.ConversationId, Cancellation);
        Assert.Equal(["user", "assistant"], messages.Select(m => m.Role));
        Assert.Equal(events[^1].Read<TextData>().Text, messages[1].Text);
        Assert.Equal(RunStatus.Completed, messages[1].Status);
        Assert.Equal(Verdict.Supported, Assert.Single(messages[1].Citations).Verdict);
        Assert.Equal("leave.txt", Assert.Single(messages[1].Sources).DocumentName);
        Assert.Equal(120, messages[1].Usage!.Usage.PromptTokens + messages[1].Usage!.Usage.CompletionTokens);
        Assert.NotNull((await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).EndedAt);
        Assert.Null(await rig.Runs.ActiveAsync(AgentsRig.Anna, run.ConversationId, Cancellation));
        Assert.Equal("How many days of annual leave?", (await rig.Conversations.GetAsync(AgentsRig.Anna, run.ConversationId, Cancellation)).Title);
    }

    [Fact]
    public async Task Every_turn_names_its_conversation_to_the_model_service()
    {
        var chat = ScriptedChatClient.Saying("27 days [1].");
        await using var rig = await AgentsRig.StartAsync(chat);
        var first = await rig.AskAsync();
        await rig.EventsAsync(first);
        await rig.EventsAsync(await rig.AskAsync(conversation: first.ConversationId));
        var other = await rig.AskAsync();
        await rig.EventsAsync(other);
        Assert.Equal([first.ConversationId, first.ConversationId, other.ConversationId], chat.Options.Select(options => Guid.Parse(options!.ConversationId!)));
    }

    [Fact]
    public async Task Followers_during_after_and_from_a_cursor_see_the_same_events_once()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("One", " two", " three", " four."), o => o.StoreAfterEvents = 3);
        var run = await rig.AskAsync();
        var early = rig.EventsAsync(run);
        var second = rig.EventsAsync(run);
        gate.Let(2);
        var live = rig.Runs.FollowAsync(AgentsRig.Anna, run.Id, 0, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await live.MoveNextAsync()); // a follower that reads one event and stays there slows nothing
        await rig.Runs.FollowAsync(AgentsRig.Anna, run.Id, 0, Cancellation).FirstAsync(e => e.Seq == 3, Cancellation); // a number that no event has yet would stand for the newest one
        var fromThree = rig.EventsAsync(run, after: 3);
        gate.Let(2);

        var seen = await early;
        Assert.Equal(seen, await second);
        Assert.Equal(seen.Skip(3), await fromThree);
        Assert.Equal(seen, await rig.EventsAsync(run));
        Assert.Equal(seen.Skip(5), await rig.EventsAsync(run, after: 5));
        List<RunEvent> slow = [live.Current];
        while (await live.MoveNextAsync())
            slow.Add(live.Current);
        Assert.Equal(seen, slow);
        await live.DisposeAsync();
    }

    [Fact]
    public async Task A_follower_that_is_ahead_of_every_event_waits_for_the_next_and_can_leave()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("One", " two."));
        var run = await rig.AskAsync();
        using (var tab = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            var leaving = rig.Runs.FollowAsync(AgentsRig.Anna, run.Id, int.MaxValue, tab.Token).ToListAsync(tab.Token).AsTask();
            await tab.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        }
        gate.Let(1);
        await WrittenAsync(rig, run, "One");
        var ahead = rig.EventsAsync(run, after: int.MaxValue);
        gate.Let(1);
        Assert.Equal((await rig.EventsAsync(run))[^1], (await ahead)[^1]);
        Assert.Equal("done", Assert.Single(await rig.EventsAsync(run, after: int.MaxValue)).Name);
    }

    [Fact]
    public async Task Leaving_does_not_stop_the_run()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("One", " two."));
        var run = await rig.AskAsync();
        using (var tab = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            gate.Let(1);
            await foreach (var seen in rig.Runs.FollowAsync(AgentsRig.Anna, run.Id, 0, tab.Token))
            {
                if (seen.Name == "message.delta")
                    break;
            }
            await tab.CancelAsync();
        }
        gate.Let(1);
        Assert.Equal("One two.", (await rig.EventsAsync(run))[^1].Read<TextData>().Text);
    }

    [Fact]
    public async Task Cancelling_keeps_the_text_and_ends_with_done()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Kept", " never."));
        var run = await rig.AskAsync();
        gate.Let(1);
        await WrittenAsync(rig, run, "Kept");
        await rig.Runs.CancelAsync(AgentsRig.Anna, run.Id, Cancellation);

        var events = await rig.EventsAsync(run);
        Assert.Equal("done", events[^1].Name);
        Assert.Equal("cancelled", events[^2].Read<RunStatusData>().Status);
        Assert.DoesNotContain(events, e => e.Name == "error");
        var message = await rig.AnswerAsync(run);
        Assert.Equal(("Kept", RunStatus.Cancelled), (message.Text, message.Status!.Value));
        Assert.True(gate.WasCancelled);
        await rig.Runs.CancelAsync(AgentsRig.Anna, run.Id, Cancellation); // again changes nothing
    }

    /// <summary>Stopped by a person, or by an engine that breaks off; one that wrote nothing took nothing.</summary>
    [Theory]
    [InlineData(AnswerMode.Auto, null, "27 days", 3)]
    [InlineData(AnswerMode.Plain, null, "27 days", 3)]
    [InlineData(AnswerMode.Plain, ModelHostErrorKind.StreamBroken, "27 days", 3)]
    [InlineData(AnswerMode.Plain, ModelHostErrorKind.StreamBroken, "", 0)]
    public async Task What_an_answer_took_counts_where_it_is_broken_off(AnswerMode mode, ModelHostErrorKind? fails, string begun, int written)
    {
        TaskCompletionSource writing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Writing((_, cancellation) => WriteAsync(cancellation)));
        var run = await rig.AskAsync(mode: mode);
        await writing.Task;
        if (fails is null)
            await rig.Runs.CancelAsync(AgentsRig.Anna, run.Id, Cancellation);
        await rig.EventsAsync(run);
        var outcome = await rig.Outcomes.GetAsync(AgentsRig.Anna, run.Id, Cancellation);
        Assert.Equal((fails is null ? RunStatus.Cancelled : RunStatus.Failed, written, written > 0), (outcome.Run.Status, outcome.Usage?.Usage.CompletionTokens ?? 0, outcome.Usage?.Usage.PromptTokens > 5));
        var listed = (await rig.Archive.ListAsync(AgentsRig.Anna, new(), 0, 1, Cancellation)).Runs[0];
        Assert.Equal(written + (outcome.Usage?.Usage.PromptTokens ?? 0), listed.Tokens);

        async IAsyncEnumerable<string> WriteAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            if (begun.Length > 0)
                yield return begun;
            writing.SetResult();
            await (fails is { } kind ? Task.FromException(new ModelHostException(kind, "It is gone.")) : Task.Delay(Timeout.InfiniteTimeSpan, cancellation));
        }
    }

    [Fact]
    public async Task A_cancel_between_storing_a_run_and_taking_it_into_memory_stops_it()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Written."));
        var run = await rig.AskAsync();
        gate.Let(1);
        await rig.EventsAsync(run);
        await rig.ReopenAsync(run);

        var cancelling = rig.Runs.CancelAsync(AgentsRig.Anna, run.Id, Cancellation);
        rig.Host.Enqueue(new LiveRun(run.Id, run.AssistantMessageId, new AnswerQuestion(AgentsRig.Anna, "How many days of annual leave?", [], []), TimeProvider.System));
        await cancelling;
        Assert.Equal(RunStatus.Cancelled, (await rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).Status);
    }

    [Fact]
    public async Task A_failing_model_keeps_the_text_and_ends_with_its_reason()
    {
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Writing((_, _) => BreakAsync()));
        var run = await rig.AskAsync();
        var events = await rig.EventsAsync(run);
        Assert.Equal("error", events[^1].Name);
        Assert.DoesNotContain(events, e => e.Name == "done");
        Assert.Equal(new ErrorData(RunErrorKind.ModelFailed, "The model service went away."), events[^1].Read<ErrorData>());
        var message = await rig.AnswerAsync(run);
        Assert.Equal(("Half", RunStatus.Failed), (message.Text, message.Status!.Value));
        Assert.Equal(RunErrorKind.ModelFailed, message.Error!.Kind);

        // The conversation goes on after a failure.
        var next = await rig.AskAsync(conversation: run.ConversationId);
        Assert.Equal("error", (await rig.EventsAsync(next))[^1].Name);

        static async IAsyncEnumerable<string> BreakAsync()
        {
            yield return "Half";
            await Task.Yield();
            throw new ModelHostException(ModelHostErrorKind.StreamBroken, "The model service went away.");
        }
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_out_of_time_and_no_cancel()
    {
        using Gate gate = new();
        ManualClock clock = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Begun", " never."), o => o.AnswerTimeout = TimeSpan.FromMinutes(1), process: new(Clock: clock));
        var run = await rig.AskAsync();
        gate.Let(1);
        await AgentsRig.UntilAsync(() => Task.FromResult(rig.Host.Find(run.Id)!.Progress.Text == "Begun"));
        clock.Advance(TimeSpan.FromMinutes(1));
        var error = (await rig.EventsAsync(run))[^1].Read<ErrorData>();
        Assert.Equal(RunErrorKind.OutOfTime, error.Kind);
        Assert.Equal("Begun", (await rig.AnswerAsync(run)).Text);
    }

    [Fact]
    public async Task The_same_run_id_starts_once_and_with_other_content_it_is_a_conflict()
    {
        await using var rig = await AgentsRig.StartAsync();
        var conversation = await rig.Conversations.CreateAsync(AgentsRig.Anna, [], Cancellation);
        StartRun start = new(Guid.NewGuid(), conversation.Id, "How many days of annual leave?");
        var first = await rig.Runs.StartAsync(AgentsRig.Anna, start, Cancellation);
        var again = await rig.Runs.StartAsync(AgentsRig.Anna, start, Cancellation);
        Assert.Equal(first.AssistantMessageId, again.AssistantMessageId);
        Assert.Equal(2, (await rig.Conversations.MessagesAsync(AgentsRig.Anna, conversation.Id, Cancellation)).Count);
        await Assert.ThrowsAsync<RunConflictException>(() => rig.Runs.StartAsync(AgentsRig.Anna, start with { Question = "Other?" }, Cancellation));
        await Assert.ThrowsAsync<RunConflictException>(() => rig.Runs.StartAsync(AgentsRig.Boris, start, Cancellation));
    }

    [Fact]
    public async Task A_conversation_is_answered_by_one_run_at_a_time()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Text."));
        var run = await rig.AskAsync();
        await Assert.ThrowsAsync<RunConflictException>(() => rig.AskAsync("And now?", run.ConversationId));
        Assert.Equal(run.Id, (await rig.Runs.ActiveAsync(AgentsRig.Anna, run.ConversationId, Cancellation))!.Id);
        gate.Let(1);
        await rig.EventsAsync(run);
        Assert.NotNull(await rig.AskAsync("And now?", run.ConversationId));
    }

    [Fact]
    public async Task A_question_that_the_database_does_not_take_is_no_conflict()
    {
        await using var rig = await AgentsRig.StartAsync();
        var conversation = (await rig.Conversations.CreateAsync(AgentsRig.Anna, [], Cancellation)).Id;
        await rig.RefuseRowsAsync("agents_messages");
        await Assert.ThrowsAsync<DbUpdateException>(() => rig.AskAsync(conversation: conversation));
        await rig.RefuseRowsAsync("agents_messages", refuse: false);
        Assert.Equal("done", (await rig.EventsAsync(await rig.AskAsync(conversation: conversation)))[^1].Name);
    }

    [Fact]
    public async Task Empty_and_over_long_questions_are_refused()
    {
        await using var rig = await AgentsRig.StartAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => rig.AskAsync(" \n"));
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => rig.AskAsync(new string('x', 32_001)));
        Assert.Contains("32,001", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_person_sees_no_run()
    {
        await using var rig = await AgentsRig.StartAsync();
        var run = await rig.AskAsync();
        await rig.EventsAsync(run);
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Runs.GetAsync(AgentsRig.Boris, run.Id, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Runs.CancelAsync(AgentsRig.Boris, run.Id, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(async () => await rig.Runs.FollowAsync(AgentsRig.Boris, run.Id, 0, Cancellation).ToListAsync(Cancellation));
        Assert.Null(await rig.Runs.ActiveAsync(AgentsRig.Boris, run.ConversationId, Cancellation));
    }

    internal static Task WrittenAsync(AgentsRig rig, RunInfo run, string text) =>
        AgentsRig.UntilAsync(async () => (await rig.AnswerAsync(run)).Text == text);
}
