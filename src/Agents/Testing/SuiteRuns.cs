using Microsoft.EntityFrameworkCore;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Testing;

/// <summary>Runs suites over models and adapters, in the background; the tables stay. A person's own, as the suites are.</summary>
public sealed class SuiteRuns
{
    /// <summary>Most targets of one run.</summary>
    public const int MaxTargets = 16;

    /// <summary>Most tests times targets.</summary>
    public const int MaxCells = 1000;

    private const int Kept = 20;

    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly AgentLibrary agents;
    private readonly PresentModels models;
    private readonly SuiteHost host;
    private readonly TimeProvider time;

    internal SuiteRuns(IDbContextFactory<AgentsContext> contexts, AgentLibrary agents, PresentModels models, SuiteHost host, TimeProvider time) =>
        (this.contexts, this.agents, this.models, this.host, this.time) = (contexts, agents, models, host, time);

    /// <summary>Queues it. ArgumentException: no tests, too many targets or cells, or a target that cannot be taken. AbsentTargetException: a target's model or adapter is not there; ModelHostException where that cannot be learned. NotFoundException also where the agent is gone, or has no such version. Of a suite's runs the last 20 are kept.</summary>
    /// <param name="userName">For the instructions' variables.</param>
    public async Task<SuiteRun> StartAsync(Caller caller, StartSuite start, string userName, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var suite = await TestLibrary.OwnAsync(db, caller, start.SuiteId, cancellation);
        if (await db.SuiteRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == start.SuiteRunId, cancellation) is { } same)
            return same.OwnerId == caller.UserId && same.SuiteId == suite.Id ? await GetAsync(caller, same.Id, cancellation) : throw new RunConflictException($"Run {same.Id} exists already, with other content. Choose a new id.");
        var agent = await agents.GetAsync(caller, suite.AgentId, cancellation);
        var task = start.Draft && agent.MayChange
            ? new AgentTask(agent.Id, null, await agents.DraftAsync(caller, agent.Id, cancellation), userName, caller.IsAdministrator)
            : new AgentTask(agent.Id, agent.PublishedVersion, (await agents.PublishedAsync(caller, agent.Slug, cancellation)).Definition, userName, caller.IsAdministrator);
        IReadOnlyList<TestTarget> targets = start.Targets.Count == 0 ? [new()] : start.Targets;
        foreach (var target in targets)
            DefinitionCheck.Require(SuiteExecution.With(task.Definition, target));
        await RequirePresentAsync(caller, targets, cancellation);
        var tests = await db.Tests.AsNoTracking().Where(t => t.SuiteId == suite.Id).OrderBy(t => t.CreatedAt).ThenBy(t => t.Id).ToListAsync(cancellation);
        if (start.Tests is { } picked)
            tests = tests.FindAll(test => picked.Contains(test.Id));
        if (tests.Count == 0 || targets.Count > MaxTargets || tests.Count * targets.Count > MaxCells)
            throw new ArgumentException($"A suite is run with at least 1 test, 1 to {MaxTargets} targets, and at most {MaxCells:N0} tests in all; these are {tests.Count} tests and {targets.Count} targets.", nameof(start));
        var now = time.GetUtcNow();
        SuiteRunRow row = new() { Id = start.SuiteRunId, SuiteId = suite.Id, OwnerId = caller.UserId, Agent = RunJson.Write(task with { TimeZone = start.TimeZone }), Targets = RunJson.Write(targets), CreatedAt = now };
        db.Add(row);
        db.AddRange(tests.SelectMany(test => targets.Select((_, target) => (Test: test, Target: target))).Select((cell, i) => new TestResultRow
        {
            SuiteRunId = row.Id, Ordinal = i, TestId = cell.Test.Id, Target = cell.Target, Case = cell.Test.Case, RunId = Guid.CreateVersion7(now),
        }));
        await db.SaveChangesAsync(cancellation);
        await ForgetAsync(db, suite.Id, cancellation);
        host.Wake();
        return await GetAsync(caller, row.Id, cancellation);
    }

    /// <summary>With the whole table as it stands; it can be asked for again and again while it runs.</summary>
    public async Task<SuiteRun> GetAsync(Caller caller, Guid suiteRunId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await OwnAsync(db, caller, suiteRunId, cancellation);
        var cells = await db.TestResults.AsNoTracking().Where(t => t.SuiteRunId == row.Id).OrderBy(t => t.Ordinal).ToListAsync(cancellation);
        return Shown(row, cells.Count(cell => cell.Outcome == TestOutcome.Passed), cells.Count, cells.ConvertAll(Shown));
    }

    /// <summary>Newest first, without their tables.</summary>
    public async Task<IReadOnlyList<SuiteRun>> ListAsync(Caller caller, Guid suiteId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await TestLibrary.OwnAsync(db, caller, suiteId, cancellation);
        var rows = await db.SuiteRuns.AsNoTracking().Where(r => r.SuiteId == suiteId).OrderByDescending(r => r.CreatedAt).ThenBy(r => r.Id)
            .Select(r => new { Row = r, Passed = db.TestResults.Count(t => t.SuiteRunId == r.Id && t.Outcome == TestOutcome.Passed), Total = db.TestResults.Count(t => t.SuiteRunId == r.Id) }).ToListAsync(cancellation);
        return rows.ConvertAll(found => Shown(found.Row, found.Passed, found.Total, []));
    }

    /// <summary>Stops it, the tests on their way with it; what has its outcome keeps it. One that has ended is left as it is.</summary>
    public async Task CancelAsync(Caller caller, Guid suiteRunId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await OwnAsync(db, caller, suiteRunId, cancellation);
        var now = time.GetUtcNow();
        await db.SuiteRuns.Where(r => r.Id == suiteRunId && r.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, SuiteRunStatus.Cancelled).SetProperty(r => r.EndedAt, now), cancellation);
        await host.CancelAsync(suiteRunId, cancellation);
        await db.TestResults.Where(t => t.SuiteRunId == suiteRunId && (t.Outcome == TestOutcome.Waiting || t.Outcome == TestOutcome.Running))
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.Outcome, TestOutcome.Cancelled), cancellation);
    }

    private async Task RequirePresentAsync(Caller caller, IReadOnlyList<TestTarget> targets, CancellationToken cancellation)
    {
        for (var i = 0; i < targets.Count; i++)
        {
            if (await models.FaultsAsync(caller, targets[i].Model, targets[i].Adapters ?? [], cancellation) is [var away, ..])
                throw new AbsentTargetException($"targets[{i}].{(away.Path == "id" ? "model" : away.Path)}", away);
        }
    }

    /// <summary>Deletes the oldest beyond the kept ones, with the runs behind them.</summary>
    private static async Task ForgetAsync(AgentsContext db, Guid suiteId, CancellationToken cancellation)
    {
        foreach (var old in await db.SuiteRuns.AsNoTracking().Where(r => r.SuiteId == suiteId && r.EndedAt != null).OrderByDescending(r => r.CreatedAt).Skip(Kept).Select(r => r.Id).ToListAsync(cancellation))
        {
            await db.Conversations.Where(c => db.TestResults.Any(t => t.SuiteRunId == old && t.RunId == c.Id)).ExecuteDeleteAsync(cancellation);
            await db.SuiteRuns.Where(r => r.Id == old).ExecuteDeleteAsync(cancellation);
        }
    }

    private static async Task<SuiteRunRow> OwnAsync(AgentsContext db, Caller caller, Guid id, CancellationToken cancellation) =>
        await db.SuiteRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.OwnerId == caller.UserId, cancellation) ?? throw new NotFoundException("Suite run");

    private static SuiteRun Shown(SuiteRunRow row, int passed, int total, IReadOnlyList<TestResult> results) =>
        new(row.Id, row.SuiteId, row.Status, RunJson.Read<AgentTask>(row.Agent).Version, RunJson.Read<List<TestTarget>>(row.Targets), row.CreatedAt, row.EndedAt, passed, total, results);

    private static TestResult Shown(TestResultRow cell) => new(
        cell.TestId, RunJson.Read<TestCase>(cell.Case).Name, cell.Target, cell.Outcome, cell.Outcome == TestOutcome.Waiting ? null : cell.RunId, cell.Answer,
        RunJson.Read<List<ExpectationOutcome>>(cell.Judged), cell.Error, cell.Tokens, cell.Milliseconds);
}
