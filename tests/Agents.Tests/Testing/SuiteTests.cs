using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Testing;
using Platform.Agents.Tests.Acting;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Recorded;
using Platform.Fakes;
using Platform.Retrieval;
using static Platform.Fakes.ScriptedChatClient;

namespace Platform.Agents.Tests.Testing;

public sealed class SuiteTests
{
    private static readonly AgentDefinition Clerk = AgentLoopTests.Clerk with { Tools = [new("look", ToolPolicy.Always), new("send", ToolPolicy.Ask)], Planning = PlanningMode.None };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_becomes_a_test_whose_recorded_results_stand_in_the_place_of_calls(bool deletesAgent)
    {
        RecordingTool look = new("look", act: (_, _, _) => Task.FromResult(ToolOutcome.Of("27 days"))), send = new("send", ToolEffects.Writes);
        using ThreeModels chat = new();
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, send]);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation);
        var run = await rig.LetAsync(Clerk, id: agent.Id);
        await rig.EventsAsync(run);

        var draft = await rig.Tests.SuggestAsync(AgentsRig.Anna, run.Id, Cancellation);
        Assert.Equal(agent.Id, draft.AgentId);
        Assert.Equal([new(ExpectationKind.ToolCalled, Tool: "look"), new(ExpectationKind.Contains, "27"), new(ExpectationKind.ToolNotCalled, Tool: "send")], draft.Case.Expectations);
        Assert.Equal([ExpectationKind.Arguments, ExpectationKind.Matches], draft.Further.Select(e => e.Kind));
        Assert.Equal(("look", "27 days", (JsonElement?)null), (draft.Case.Calls[0].Tool, draft.Case.Calls[0].Text, draft.Case.Calls[0].Arguments)); // a model in other words asks for the same

        var suite = await rig.Tests.CreateSuiteAsync(AgentsRig.Anna, agent.Id, "Leave", Cancellation);
        var first = await rig.Tests.SaveAsync(AgentsRig.Anna, suite.Id, null, draft.Case with { Expectations = [.. draft.Case.Expectations, .. draft.Further] }, Cancellation);
        var again = await rig.Tests.SaveAsync(AgentsRig.Anna, suite.Id, null, draft.Case, Cancellation);
        Assert.Equal((draft.Case.Name, $"{draft.Case.Name} (2)"), ((await rig.Tests.SaveAsync(AgentsRig.Anna, suite.Id, first.Id, first.Case, Cancellation)).Case.Name, again.Case.Name)); // two are told apart, and its own name is no other's
        await rig.Tests.DeleteTestAsync(AgentsRig.Anna, suite.Id, again.Id, Cancellation);
        await rig.Tests.SaveAsync(AgentsRig.Anna, suite.Id, null, new("Sends nothing", "Send it!", [], [new("send", null, "sent")], [new(ExpectationKind.ToolNotCalled, Tool: "send"), new(ExpectationKind.Refused)]), Cancellation);
        var done = await RunAsync(rig, suite.Id, [new(), new("other", [new("legal", 0.5)]), new("bold")]);

        Assert.Equal((SuiteRunStatus.Completed, 6), (done.Status, done.Total));
        Assert.Equal([TestOutcome.Passed, TestOutcome.Failed, TestOutcome.Failed, TestOutcome.Passed, TestOutcome.Passed, TestOutcome.Failed], done.Results.Select(r => r.Outcome));
        Assert.Equal((1, 0), (look.Calls.Count, send.Calls.Count)); // by the first run alone: a suite calls nothing
        var wrong = done.Results[1].Judged.Where(j => !j.Met).ToList();
        Assert.Equal([ExpectationKind.ToolCalled, ExpectationKind.Contains, ExpectationKind.Arguments, ExpectationKind.Matches], wrong.Select(j => j.Expectation.Kind));
        Assert.Equal(("no call", "I do not know."), (wrong[0].Found, wrong[1].Found));
        Assert.Contains("legal", JsonSerializer.Serialize(chat.Options.First(o => o.ModelId == "other").AdditionalProperties!["lora"]), StringComparison.Ordinal);
        Assert.Equal("Send", Assert.Single(done.Results[5].Judged, j => j.Expectation.Kind == ExpectationKind.ToolNotCalled).Found, ignoreCase: true);
        Assert.Equal("done", (await rig.EventsAsync(await rig.Runs.GetAsync(AgentsRig.Anna, done.Results[0].RunId!.Value, Cancellation)))[^1].Name); // its trace is there
        Assert.Equal(RunPurpose.Test, (await rig.Runs.GetAsync(AgentsRig.Anna, done.Results[0].RunId!.Value, Cancellation)).Purpose);
        Assert.Equal([run.ConversationId], (await rig.Conversations.ListAsync(AgentsRig.Anna, null, Cancellation)).Select(c => c.Id));
        Assert.Equal((3, 6), ((await rig.Suites.ListAsync(AgentsRig.Anna, suite.Id, Cancellation))[0].Passed, done.Total));

        await (deletesAgent ? rig.Agents.DeleteAsync(AgentsRig.Anna, agent.Id, Cancellation) : rig.Tests.DeleteSuiteAsync(AgentsRig.Anna, suite.Id, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Runs.GetAsync(AgentsRig.Anna, done.Results[0].RunId!.Value, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Suites.GetAsync(AgentsRig.Anna, done.Id, Cancellation));
    }

    [Theory]
    [InlineData("In 2026 you have 42 days, of which 2 are left, and 20 hours.", "2026", "42")]
    [InlineData("It is 12.5 hours; 12 in May.", "12.5")]
    [InlineData("You are left with 2 days.", "left", "with")]
    public async Task A_number_that_an_answer_holds_anyway_is_not_suggested(string answer, params string[] suggested)
    {
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying(answer));
        var run = await rig.LetAsync(Clerk with { Tools = [] });
        await rig.EventsAsync(run);
        Assert.Equal(suggested, (await rig.Tests.SuggestAsync(AgentsRig.Anna, run.Id, Cancellation)).Case.Expectations.Select(expected => expected.Text));
    }

    [Fact]
    public async Task What_a_tool_that_only_computes_came_to_is_recorded_with_what_it_was_asked()
    {
        var days = 26;
        RecordingTool look = new("look", ToolEffects.None, act: (_, _, _) => Task.FromResult(ToolOutcome.Of($"{++days} days"))); // as a clock, another each time
        using ThreeModels chat = new();
        await using var rig = await AgentsRig.StartAsync(chat, tools: [look, new RecordingTool("send", ToolEffects.Writes)]);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk, Cancellation);
        var run = await rig.LetAsync(Clerk, id: agent.Id);
        await rig.EventsAsync(run);
        var draft = await rig.Tests.SuggestAsync(AgentsRig.Anna, run.Id, Cancellation);
        Assert.NotNull(draft.Case.Calls[0].Arguments);
        var suite = await rig.Tests.CreateSuiteAsync(AgentsRig.Anna, agent.Id, "Leave", Cancellation);
        await rig.Tests.SaveAsync(AgentsRig.Anna, suite.Id, null, draft.Case, Cancellation);
        Assert.Equal((TestOutcome.Passed, 1), ((await RunAsync(rig, suite.Id, [new()])).Results.Single().Outcome, look.Calls.Count));
    }

    [Fact]
    public async Task A_suite_that_is_stopped_keeps_what_it_has_and_ends_the_runs_on_their_way()
    {
        using SemaphoreSlim go = new(0);
        await using var rig = await AgentsRig.StartAsync(Hanging(go), tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var suite = await SuiteAsync(rig, "quick", "hang", "hang too", "never");
        var started = await rig.Suites.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), suite.Id, []), "Anna", Cancellation);
        await AgentsRig.UntilAsync(async () => (await rig.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).Results.Select(r => r.Outcome).SequenceEqual([TestOutcome.Passed, TestOutcome.Running, TestOutcome.Running, TestOutcome.Waiting]));
        await rig.Suites.CancelAsync(AgentsRig.Anna, started.Id, Cancellation);
        var stopped = await rig.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation);
        Assert.Equal(SuiteRunStatus.Cancelled, stopped.Status);
        Assert.Equal([TestOutcome.Passed, TestOutcome.Cancelled, TestOutcome.Cancelled, TestOutcome.Cancelled], stopped.Results.Select(r => r.Outcome));
        Assert.Equal(RunStatus.Cancelled, (await rig.Runs.GetAsync(AgentsRig.Anna, stopped.Results[1].RunId!.Value, Cancellation)).Status);
        Assert.Equal(SuiteRunStatus.Completed, (await RunAsync(rig, await SuiteAsync(rig, "quick") is var next ? next.Id : default, [])).Status); // and the host takes the next
    }

    [Fact]
    public async Task A_suite_whose_lease_cannot_be_kept_once_goes_on_and_can_be_stopped()
    {
        using SemaphoreSlim go = new(0);
        DatabaseWatch watch = new();
        ManualClock clock = new(TimeProvider.System.GetUtcNow());
        await using var rig = await AgentsRig.StartAsync(Hanging(go), tools: [new RecordingTool("look"), new RecordingTool("send")], process: new(Clock: clock, Watch: watch));
        var started = await rig.Suites.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), (await SuiteAsync(rig, "hang")).Id, []), "Anna", Cancellation);
        await AgentsRig.UntilAsync(async () => (await rig.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).Results[0].RunId is { } begun && await rig.Store.FindAsync(AgentsRig.Anna.UserId, begun, Cancellation) is not null);
        var before = await LeaseAsync();
        await rig.RefuseRowsAsync("agents_suite_runs", what: "UPDATE");
        clock.Advance(RunStore.LeaseTime / 3);
        await watch.Failed.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        await rig.RefuseRowsAsync("agents_suite_runs", refuse: false);
        clock.Advance(RunStore.LeaseTime / 3);
        await AgentsRig.UntilAsync(async () => await LeaseAsync() > before);

        await rig.Suites.CancelAsync(AgentsRig.Anna, started.Id, Cancellation);
        var run = (await rig.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).Results[0].RunId!.Value;
        Assert.Equal(RunStatus.Cancelled, (await rig.Runs.GetAsync(AgentsRig.Anna, run, Cancellation)).Status);

        async Task<DateTimeOffset> LeaseAsync()
        {
            await using var db = rig.OpenDatabase();
            return (await db.SuiteRuns.AsNoTracking().SingleAsync(Cancellation)).LeaseUntil;
        }
    }

    [Fact]
    public async Task A_suite_goes_on_after_a_restart_and_repeats_no_test_that_has_its_outcome()
    {
        using SemaphoreSlim go = new(0);
        var asked = 0;
        var chat = ScriptedChatClient.Writing((messages, cancellation) => SayAsync(Count(messages[^1].Text), go, cancellation));
        await using var first = await AgentsRig.StartAsync(chat, tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var suite = await SuiteAsync(first, "quick", "hang");
        var started = await first.Suites.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), suite.Id, []), "Anna", Cancellation);
        await AgentsRig.UntilAsync(async () => (await first.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).Passed == 1);
        await first.StopHostAsync();
        go.Release(10);
        await using var second = await first.RestartAsync(chat: chat, tools: [new RecordingTool("look"), new RecordingTool("send")]);
        await AgentsRig.UntilAsync(async () => (await second.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).Status == SuiteRunStatus.Completed);
        Assert.Equal((2, 1), ((await second.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).Passed, asked));

        string Count(string question)
        {
            asked += question == "quick" ? 1 : 0;
            return question;
        }
    }

    [Fact]
    public async Task Suites_are_a_persons_own_and_what_cannot_be_taken_is_told()
    {
        await using var rig = await AgentsRig.StartAsync(tools: [new RecordingTool("look"), new RecordingTool("send")]);
        var suite = await SuiteAsync(rig, "quick");
        var test = (await rig.Tests.TestsAsync(AgentsRig.Anna, suite.Id, Cancellation))[0];
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Tests.TestsAsync(AgentsRig.Boris, suite.Id, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => rig.Suites.StartAsync(AgentsRig.Boris, new(Guid.NewGuid(), suite.Id, []), "Boris", Cancellation));
        Assert.Empty(await rig.Tests.SuitesAsync(AgentsRig.Boris, null, Cancellation));
        foreach (var expectation in (TestExpectation[])[new(ExpectationKind.Contains, " "), new(ExpectationKind.Matches, "("), new(ExpectationKind.Matches, @"(a)\1"), new(ExpectationKind.ToolCalled), new(ExpectationKind.Arguments, Tool: "look"), new((ExpectationKind)99)])
            Assert.Contains("Expectation 1: ", (await Assert.ThrowsAsync<ArgumentException>(() => SaveAsync(test.Case with { Expectations = [expectation] }))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => SaveAsync(test.Case with { Expectations = [] }));
        await Assert.ThrowsAsync<ArgumentException>(() => SaveAsync(test.Case with { Question = "" }));
        await Assert.ThrowsAsync<ArgumentException>(() => SaveAsync(test.Case with { Calls = [new("look", null, new string('x', 2_000_000))] }));
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Suites.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), suite.Id, [.. Enumerable.Repeat(new TestTarget(), 17)]), "Anna", Cancellation));
        await Assert.ThrowsAsync<DefinitionException>(() => rig.Suites.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), suite.Id, [new(Adapters: [new("legal", 9)])]), "Anna", Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await rig.Tests.SuggestAsync(AgentsRig.Anna, (await rig.AskAsync()).Id, Cancellation));
        await rig.Tests.DeleteTestAsync(AgentsRig.Anna, suite.Id, test.Id, Cancellation);
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Suites.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), suite.Id, []), "Anna", Cancellation));

        Task<AgentTest> SaveAsync(TestCase changed) => rig.Tests.SaveAsync(AgentsRig.Anna, suite.Id, test.Id, changed, Cancellation);
    }

    [Fact]
    public async Task A_test_runs_in_the_time_zone_of_who_started_the_suite()
    {
        var chat = ScriptedChatClient.Saying("Yes.");
        await using var rig = await AgentsRig.StartAsync(chat);
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk with { Instructions = "{{date}}" }, Cancellation);
        var suite = await rig.Tests.CreateSuiteAsync(AgentsRig.Anna, agent.Id, "Suite", Cancellation);
        await rig.Tests.SaveAsync(AgentsRig.Anna, suite.Id, null, new("Day", "Which day?", [], [], [new(ExpectationKind.Contains, "Yes")]), Cancellation);
        foreach (var zone in (string[])["Pacific/Kiritimati", "Pacific/Niue"]) // a day and an hour apart
        {
            var run = await rig.Suites.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), suite.Id, []) { TimeZone = zone }, "Anna", Cancellation);
            await AgentsRig.UntilAsync(async () => (await rig.Suites.GetAsync(AgentsRig.Anna, run.Id, Cancellation)).EndedAt is not null);
        }
        Assert.Equal(2, chat.Requests.Select(sent => sent[0].Text).Distinct().Count());
    }

    [Fact]
    public void A_recorded_call_answers_its_own_arguments_first_then_any_and_what_only_computes_is_computed()
    {
        RecordedCall[] recorded = [new("look", JsonSerializer.SerializeToElement(new { text = "one" }), "first"), new("look", null, "any"), new("sum", JsonSerializer.SerializeToElement(new { text = "1" }), "recorded")];
        RecordingTool look = new("look"), sum = new("sum", ToolEffects.None), send = new("send", ToolEffects.Writes);
        Assert.Equal(["first", "any"], [Say(look, "one"), Say(look, "two")]);
        Assert.Equal(["recorded", "sum of 2"], [Say(sum, "1"), Say(sum, "2")]);
        Assert.Equal("Nothing was recorded for this call.", Say(send, "mail"));
        Assert.Equal((0, 0, 1), (look.Calls.Count, send.Calls.Count, sum.Calls.Count));

        string Say(AgentTool real, string text) => new RecordedTool(real.Name, real, recorded)
            .RunAsync(JsonSerializer.SerializeToElement(new { text }), new ToolScope(AgentsRig.Anna, Guid.NewGuid(), []), Cancellation).GetAwaiter().GetResult().Text;
    }

    private static async Task<SuiteRun> RunAsync(AgentsRig rig, Guid suiteId, IReadOnlyList<TestTarget> targets)
    {
        StartSuite start = new(Guid.NewGuid(), suiteId, targets);
        await rig.Suites.StartAsync(AgentsRig.Anna, start, "Anna", Cancellation);
        Assert.Equal(start.SuiteRunId, (await rig.Suites.StartAsync(AgentsRig.Anna, start, "Anna", Cancellation)).Id);
        await AgentsRig.UntilAsync(async () => (await rig.Suites.GetAsync(AgentsRig.Anna, start.SuiteRunId, Cancellation)).EndedAt is not null);
        return await rig.Suites.GetAsync(AgentsRig.Anna, start.SuiteRunId, Cancellation);
    }

    /// <summary>Tests with these questions, each answered by its own words.</summary>
    internal static async Task<TestSuite> SuiteAsync(AgentsRig rig, params string[] questions)
    {
        var agent = await rig.Agents.CreateAsync(AgentsRig.Anna, Clerk with { Slug = $"clerk-{Guid.NewGuid():N}" }, Cancellation);
        var suite = await rig.Tests.CreateSuiteAsync(AgentsRig.Anna, agent.Id, "Suite", Cancellation);
        foreach (var question in questions)
            await rig.Tests.SaveAsync(AgentsRig.Anna, suite.Id, null, new(question, question, [], [], [new(ExpectationKind.Contains, question)]), Cancellation);
        return suite;
    }

    /// <summary>A model that answers with the question; one that begins with "hang" when it is let.</summary>
    internal static ScriptedChatClient Hanging(SemaphoreSlim go) => Writing((messages, cancellation) => SayAsync(messages[^1].Text, go, cancellation));

    private static async IAsyncEnumerable<string> SayAsync(string question, SemaphoreSlim go, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (question.StartsWith("hang", StringComparison.Ordinal))
            await go.WaitAsync(cancellation);
        yield return question;
    }

    /// <summary>A model that looks and answers, one that knows nothing, and one that sends whatever it is asked.</summary>
    private sealed class ThreeModels() : DelegatingChatClient(Saying())
    {
        public ConcurrentQueue<ChatOptions> Options { get; } = [];

        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            Options.Enqueue(options!);
            AIContent decided = (options!.ModelId, messages.Any(m => m.Text == "Send it!"), messages.Last().Role == ChatRole.Tool) switch
            {
                ("scripted", true, _) => new TextContent("I cannot do that."),
                ("scripted", _, false) => Call("look", new { text = "leave" }),
                ("scripted", _, true) => new TextContent("You have 27 days."),
                ("bold", _, false) => Call("send", new { text = "mail" }),
                ("bold", _, true) => new TextContent("Sent."),
                _ => new TextContent("I do not know."),
            };
            yield return new ChatResponseUpdate(ChatRole.Assistant, [decided]);
        }
    }

    [Fact]
    public async Task A_suite_that_another_process_has_by_now_is_left_and_its_runs_with_it()
    {
        using SemaphoreSlim go = new(0);
        ManualClock clock = new(TimeProvider.System.GetUtcNow());
        await using var rig = await AgentsRig.StartAsync(Hanging(go), tools: [new RecordingTool("look"), new RecordingTool("send")], process: new(Clock: clock));
        var started = await rig.Suites.StartAsync(AgentsRig.Anna, new(Guid.NewGuid(), (await SuiteAsync(rig, "hang")).Id, []), "Anna", Cancellation);
        await AgentsRig.UntilAsync(async () => (await rig.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).Results[0].Outcome == TestOutcome.Running);
        var run = (await rig.Suites.GetAsync(AgentsRig.Anna, started.Id, Cancellation)).Results[0].RunId!.Value;
        await AgentsRig.UntilAsync(async () => await rig.Store.FindAsync(AgentsRig.Anna.UserId, run, Cancellation) is { Status: RunStatus.InProgress });
        await using (var db = rig.OpenDatabase())
        {
            var until = clock.GetUtcNow() + 10 * RunStore.LeaseTime;
            await db.SuiteRuns.ExecuteUpdateAsync(set => set.SetProperty(s => s.Lease, "/another#1").SetProperty(s => s.LeaseUntil, until), Cancellation);
        }
        clock.Advance(RunStore.LeaseTime / 3);
        Assert.Equal(SuiteRunStatus.Completed, (await RunAsync(rig, (await SuiteAsync(rig, "quick")).Id, [])).Status); // the host is done with it
        Assert.Equal(RunStatus.InProgress, (await rig.Runs.GetAsync(AgentsRig.Anna, run, Cancellation)).Status);
        go.Release(1);
        await AgentsRig.UntilAsync(async () => (await rig.Runs.GetAsync(AgentsRig.Anna, run, Cancellation)).Status == RunStatus.Completed);
    }

    [Fact]
    public void Adapters_stay_with_the_base_that_they_were_trained_for()
    {
        ModelSettings settings = new("a:legal@2", [new("tone")]);
        Assert.NotNull(settings.With("a", null).Adapters);
        Assert.NotNull(settings.With(null, null).Adapters);
        Assert.Null(settings.With("b", null).Adapters);
        Assert.Equal(["own"], settings.With("b", [new("own")]).Adapters!.Select(a => a.Name));
    }
}
