using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Retrieval.Access;

namespace Platform.Agents.Testing;

/// <summary>Goes through a suite: each test with each target is a run of its own, with what was recorded in the place of calls, judged by what is expected.</summary>
/// <param name="owners">Null where nobody is known: a suite that is gone on with there has the rights that it began with.</param>
internal sealed class SuiteExecution(IDbContextFactory<AgentsContext> contexts, RunAgent runs, RunStore store, TimeProvider time, ILogger<SuiteExecution> log, IRunOwners? owners = null)
{
    private const int AtOnce = 2;
    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(1);

    /// <summary>The definition that a target stands for: nobody is asked in a test.</summary>
    public static AgentDefinition With(AgentDefinition definition, TestTarget target) => definition with
    {
        Planning = definition.Planning == PlanningMode.None ? PlanningMode.None : PlanningMode.PlanThenAct,
        Model = definition.Model.With(target.Model.Length > 0 ? target.Model : null, target.Adapters),
    };

    /// <summary>Returns when each test has its outcome.</summary>
    /// <param name="stop">Cancelled when a person stopped it, here or in another process, or deleted it: the runs on their way are stopped too.</param>
    /// <param name="shutdown">The program ends, or another process has the suite by now: that, or the next start, goes on where it was.</param>
    public async Task ExecuteAsync(SuiteRunRow suite, CancellationTokenSource stop, CancellationToken shutdown)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, shutdown);
        List<TestResultRow> left;
        await using (var db = await contexts.CreateDbContextAsync(either.Token))
            left = await db.TestResults.AsNoTracking().Where(t => t.SuiteRunId == suite.Id && (t.Outcome == TestOutcome.Waiting || t.Outcome == TestOutcome.Running)).OrderBy(t => t.Ordinal).ToListAsync(either.Token);
        var task = RunJson.Read<AgentTask>(suite.Agent);
        var targets = RunJson.Read<List<TestTarget>>(suite.Targets);
        if (await CallerAsync(suite, task, either.Token) is not { } caller)
        {
            await GiveUpAsync(suite);
            return;
        }
        await Parallel.ForEachAsync(left, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = either.Token }, async (cell, cancellation) =>
        {
            var test = RunJson.Read<TestCase>(cell.Case);
            try
            {
                await RunAsync(caller, cell, test, task with { Definition = With(task.Definition, targets[cell.Target]), Recorded = test.Calls, AsOf = test.Moment, Remembered = test.Remembered }, stop, cancellation);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                if (await store.FindAsync(caller.UserId, cell.RunId, CancellationToken.None) is not null)
                    await runs.CancelAsync(caller, cell.RunId, CancellationToken.None);
                throw;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                log.LogError(failure, "Test {Number} of suite run {SuiteRun} failed", cell.Ordinal + 1, suite.Id);
                await StoreAsync(cell, row => (row.Outcome, row.Error) = (TestOutcome.Error, $"The test failed inside the program ({cell.RunId}). The log names the cause."), stop, cancellation);
            }
        });
        await using var end = await contexts.CreateDbContextAsync(CancellationToken.None);
        var now = time.GetUtcNow();
        await end.SuiteRuns.Where(r => r.Id == suite.Id && r.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, SuiteRunStatus.Completed).SetProperty(r => r.EndedAt, now), CancellationToken.None);
    }

    /// <summary>With no right that the owner has lost since; null where they are gone or disabled.</summary>
    private async Task<Caller?> CallerAsync(SuiteRunRow suite, AgentTask task, CancellationToken cancellation)
    {
        Caller began = new(suite.OwnerId, task.AsAdministrator);
        if (owners is null)
            return began;
        return await owners.FindAsync(suite.OwnerId, cancellation) is { } owner ? began with { IsAdministrator = began.IsAdministrator && owner.Caller.IsAdministrator } : null;
    }

    private async Task GiveUpAsync(SuiteRunRow suite)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        var now = time.GetUtcNow();
        await db.TestResults.Where(t => t.SuiteRunId == suite.Id && (t.Outcome == TestOutcome.Waiting || t.Outcome == TestOutcome.Running)).ExecuteUpdateAsync(set => set.SetProperty(t => t.Outcome, TestOutcome.Cancelled), CancellationToken.None);
        await db.SuiteRuns.Where(r => r.Id == suite.Id && r.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, SuiteRunStatus.Cancelled).SetProperty(r => r.EndedAt, now), CancellationToken.None);
        log.LogWarning("The run {SuiteRun} of a suite was stopped: the account that it belongs to is gone or disabled", suite.Id);
    }

    private async Task RunAsync(Caller caller, TestResultRow cell, TestCase test, AgentTask task, CancellationTokenSource stop, CancellationToken cancellation)
    {
        await StoreAsync(cell, row => row.Outcome = TestOutcome.Running, stop, cancellation);
        await MakeConversationAsync(caller, cell.RunId, test, cancellation);
        await StartAsync(caller, new(cell.RunId, cell.RunId, test.Question, Agent: task), cancellation);
        List<RunEvent> events = [];
        await foreach (var happened in runs.FollowAsync(caller, cell.RunId, 0, cancellation))
            events.Add(happened);
        var run = await runs.GetAsync(caller, cell.RunId, cancellation);
        if (run.EndedAt is null)
            throw new OperationCanceledException("The program ends.");
        var past = AgentPast.Of(events);
        var answer = events[^1].Name == "done" ? events[^1].Read<TextData>().Text : "";
        var judged = test.Expectations.Select(expected => ExpectationCheck.Judge(expected, answer, past)).ToList();
        await StoreAsync(cell, row =>
        {
            (row.Answer, row.Tokens, row.Milliseconds) = (answer, past.Tokens, past.Worked.TotalMilliseconds);
            (row.Outcome, row.Error, row.Judged) = run.Status switch
            {
                RunStatus.Cancelled => (TestOutcome.Cancelled, "", "[]"),
                RunStatus.Failed => (TestOutcome.Error, Named(events[^1].Read<ErrorData>().Message, task.Definition.Model.Adapters ?? []), "[]"),
                _ => (judged.TrueForAll(j => j.Met) ? TestOutcome.Passed : TestOutcome.Failed, "", RunJson.Write(judged)),
            };
        }, stop, cancellation);
    }

    /// <summary>With the adapters that the person chose, where the message does not name them: an engine knows them as a field of the request.</summary>
    private static string Named(string message, IReadOnlyList<AdapterSetting> adapters) =>
        adapters.Count == 0 || adapters.Any(adapter => message.Contains(adapter.Name, StringComparison.Ordinal)) ? message : $"With {string.Join(", ", adapters.Select(adapter => adapter.Name))}: {message}";

    /// <summary>Other questions go first: where no further run may wait, it is tried again.</summary>
    private async Task StartAsync(Caller caller, StartRun start, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await runs.StartAsync(caller, start, new RunBeginning(RunPurpose.Test), cancellation);
                return;
            }
            catch (RunException busy) when (busy.Kind == RunErrorKind.ModelBusy)
            {
                await Task.Delay(BusyPause, time, cancellation);
            }
        }
    }

    /// <summary>That the test's question is asked in; in no list.</summary>
    private async Task MakeConversationAsync(Caller caller, Guid id, TestCase test, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.Conversations.AnyAsync(c => c.Id == id, cancellation))
            return;
        var now = time.GetUtcNow();
        ConversationRow conversation = new() { Id = id, OwnerId = caller.UserId, Title = test.Name, Listed = false, CreatedAt = now, UpdatedAt = now };
        db.Add(conversation);
        for (var i = 0; i < test.History.Count; i++)
        {
            MessageRow turn = new() { Id = Guid.CreateVersion7(now), ConversationId = id, ParentId = conversation.EndId, Ordinal = i + 1, Role = test.History[i].Role, Text = test.History[i].Text, CreatedAt = now };
            db.Add(turn);
            conversation.EndId = turn.Id;
        }
        await db.SaveChangesAsync(cancellation);
    }

    private async Task StoreAsync(TestResultRow cell, Action<TestResultRow> change, CancellationTokenSource stop, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.TestResults.SingleOrDefaultAsync(t => t.SuiteRunId == cell.SuiteRunId && t.Ordinal == cell.Ordinal && t.Outcome != TestOutcome.Cancelled, cancellation) is not { } row)
        {
            await stop.CancelAsync(); // for the tests beside this one
            throw new OperationCanceledException("The suite was stopped or deleted.");
        }
        change(row);
        await db.SaveChangesAsync(cancellation);
    }
}
