using Platform.Agents.Runs;
using Platform.Fakes;

namespace Platform.Agents.Tests.Runs;

public sealed class RunHostTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_cannot_be_started_leaves_no_conversation_and_one_that_can_has_what_was_said_before()
    {
        await using var rig = await AgentsRig.StartAsync();
        StartRun start = new(Guid.NewGuid(), Guid.NewGuid(), new string('x', RunAgent.MaxQuestionLength + 1)) { Before = [new("user", "Hello"), new("assistant", "Good day.")] };
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Runs.StartAsync(AgentsRig.Anna, start, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<Platform.Retrieval.NotFoundException>(() => rig.Conversations.GetAsync(AgentsRig.Anna, start.ConversationId, TestContext.Current.CancellationToken));

        await rig.EventsAsync(await rig.Runs.StartAsync(AgentsRig.Anna, start with { Question = "How many days?" }, TestContext.Current.CancellationToken));
        var said = await rig.Conversations.MessagesAsync(AgentsRig.Anna, start.ConversationId, TestContext.Current.CancellationToken);
        Assert.Equal(["Hello", "Good day.", "How many days?"], said.Take(3).Select(message => message.Text));
        Assert.Equal(4, said.Count);
        Assert.Empty(await rig.Conversations.ListAsync(AgentsRig.Anna, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Who_follows_a_run_that_waits_is_told_when_something_of_it_changes()
    {
        await using var rig = await AgentsRig.StartAsync();
        var run = Guid.NewGuid();
        var (next, other) = (rig.Host.NextOf(run), rig.Host.NextOf(Guid.NewGuid()));
        Assert.Same(next, rig.Host.NextOf(run));
        rig.Host.Tell(run);
        await next.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.False(other.IsCompleted);
        Assert.NotSame(next, rig.Host.NextOf(run));
    }

    [Fact]
    public async Task Runs_beyond_the_bound_wait_and_are_told_their_place()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Text."), o => o.RunsAtOnce = 1);
        var first = await rig.AskAsync();
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, first.Id, Cancellation)).Status == RunStatus.InProgress);
        var (second, third) = (await rig.AskAsync(), await rig.AskAsync());
        gate.Let(3);

        var places = (await rig.EventsAsync(third)).Where(e => e.Name == "run.status").Select(e => e.Read<RunStatusData>()).Where(s => s.Status == "queued").Select(s => s.Value);
        Assert.Equal([2, 1], places);
        Assert.Equal("done", (await rig.EventsAsync(second))[^1].Name);
        Assert.Equal(1, gate.MostAtOnce);
    }

    [Fact]
    public async Task Places_are_told_four_times_a_second_at_most_and_the_last_is_not_left_out()
    {
        using Gate gate = new();
        ManualClock clock = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Text."), o => o.RunsAtOnce = 1, process: new(Clock: clock));
        var first = await rig.AskAsync();
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, first.Id, Cancellation)).Status == RunStatus.InProgress);
        RunInfo[] waiting = [await rig.AskAsync(), await rig.AskAsync(), await rig.AskAsync(), await rig.AskAsync(), await rig.AskAsync()];
        gate.Let(3);
        await rig.EventsAsync(waiting[1]);
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, waiting[2].Id, Cancellation)).Status == RunStatus.InProgress);
        clock.Advance(TimeSpan.FromMilliseconds(250)); // whoever is told by and by
        await AgentsRig.UntilAsync(() => Task.FromResult(Places(rig.Host.Find(waiting[4].Id)!.Since(0).Events).Contains(2)));
        Assert.Equal([5, 4, 2], Places(rig.Host.Find(waiting[4].Id)!.Since(0).Events));
        gate.Let(3);
        await rig.EventsAsync(waiting[4]);

        static IEnumerable<int> Places(IEnumerable<RunEvent> events) => events.Where(e => e.Name == "run.status").Select(e => e.Read<RunStatusData>()).Where(s => s.Status == "queued").Select(s => s.Value);
    }

    [Fact]
    public async Task People_take_turns_however_many_one_of_them_has_waiting()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Text."), o => (o.RunsAtOnce, o.WaitingRuns) = (1, 8));
        var first = await rig.AskAsync();
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, first.Id, Cancellation)).Status == RunStatus.InProgress);
        List<RunInfo> hers = [];
        for (var i = 0; i < 7; i++)
            hers.Add(await rig.AskAsync());
        Assert.Contains("7 questions of yours", (await Assert.ThrowsAsync<RunException>(() => rig.AskAsync())).Message, StringComparison.Ordinal); // the eighth place is for others
        var other = await rig.Runs.StartAsync(AgentsRig.Boris, new StartRun(Guid.NewGuid(), (await rig.Conversations.CreateAsync(AgentsRig.Boris, [], Cancellation)).Id, "How many days?"), Cancellation);
        gate.Let(2);
        var heard = await rig.Runs.FollowAsync(AgentsRig.Boris, other.Id, 0, Cancellation).ToListAsync(Cancellation);
        Assert.Equal(1, heard.First(e => e.Name == "run.status").Read<RunStatusData>().Value);
        Assert.Equal("done", heard[^1].Name);
        Assert.Equal(RunStatus.Queued, (await rig.Runs.GetAsync(AgentsRig.Anna, hers[1].Id, Cancellation)).Status);
        gate.Let(7);
        await rig.EventsAsync(hers[^1]);
    }

    [Fact]
    public async Task A_waiting_run_that_is_cancelled_ends_at_once_and_frees_its_place()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Text."), o => (o.RunsAtOnce, o.WaitingRuns) = (1, 1));
        var first = await rig.AskAsync();
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, first.Id, Cancellation)).Status == RunStatus.InProgress);
        var waiting = await rig.AskAsync();
        var refusal = await Assert.ThrowsAsync<RunException>(() => rig.AskAsync());
        Assert.Equal(RunErrorKind.ModelBusy, refusal.Kind);

        await rig.Runs.CancelAsync(AgentsRig.Anna, waiting.Id, Cancellation);
        Assert.Equal(RunStatus.Cancelled, (await rig.Runs.GetAsync(AgentsRig.Anna, waiting.Id, Cancellation)).Status);
        Assert.Equal("done", (await rig.EventsAsync(waiting))[^1].Name);
        var next = await rig.AskAsync();
        gate.Let(2);
        Assert.Equal("Text.", (await rig.EventsAsync(next))[^1].Read<TextData>().Text);
    }

    [Fact]
    public async Task Who_stops_a_waiting_run_need_not_wait_for_a_full_disk()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Text."), o => o.RunsAtOnce = 1);
        var first = await rig.AskAsync();
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, first.Id, Cancellation)).Status == RunStatus.InProgress);
        var waiting = await rig.AskAsync();
        await rig.RefuseRowsAsync("agents_run_events");
        using var person = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var stop = rig.Runs.CancelAsync(AgentsRig.Anna, waiting.Id, person.Token);
        Assert.True(await rig.Runs.FollowAsync(AgentsRig.Anna, waiting.Id, 0, Cancellation).AnyAsync(e => e.Data.Contains("cancelled", StringComparison.Ordinal), Cancellation));
        await person.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stop.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));

        await rig.RefuseRowsAsync("agents_run_events", refuse: false);
        gate.Let(1);
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, waiting.Id, Cancellation)).Status == RunStatus.Cancelled);
    }

    [Fact]
    public async Task A_run_that_a_crash_interrupted_is_marked_at_the_next_start_with_its_text()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Written", " never."));
        var run = await rig.AskAsync();
        gate.Let(1);
        await RunAgentTests.WrittenAsync(rig, run, "Written");

        await using var next = await rig.RestartAsync();
        var message = await next.AnswerAsync(run);
        Assert.Equal(("Written", RunStatus.Failed, RunErrorKind.Interrupted), (message.Text, message.Status!.Value, message.Error!.Kind));
        var events = await next.EventsAsync(run);
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.Seq));
        Assert.Equal("error", events[^1].Name);
        Assert.Equal(events[^1], Assert.Single(await next.EventsAsync(run, after: 1000))); // who had seen more than was stored learns the end too
        Assert.Equal("done", (await next.EventsAsync(await next.AskAsync(conversation: run.ConversationId)))[^1].Name);
    }

    [Fact]
    public async Task Stopping_the_program_ends_runs_as_interrupted_with_their_text()
    {
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Written", " never."), o => o.RunsAtOnce = 1);
        var run = await rig.AskAsync();
        gate.Let(1);
        await RunAgentTests.WrittenAsync(rig, run, "Written");
        var waiting = await rig.AskAsync();
        await rig.StopHostAsync();
        Assert.Equal(RunErrorKind.Interrupted, (await rig.EventsAsync(run))[^1].Read<ErrorData>().Kind);
        Assert.Equal("Written", (await rig.AnswerAsync(run)).Text);
        Assert.Equal(RunErrorKind.Interrupted, (await rig.EventsAsync(waiting))[^1].Read<ErrorData>().Kind);
    }
}
