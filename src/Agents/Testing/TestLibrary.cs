using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Conversations;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Agents.Tools;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Testing;

/// <summary>A person's tests of agents, in suites. Another person's do not exist for the caller (NotFoundException).</summary>
public sealed class TestLibrary
{
    /// <summary>Longest name of a suite or a test, UTF-16 characters.</summary>
    public const int MaxName = 120;

    /// <summary>Most tests of a suite.</summary>
    public const int MaxTests = 200;

    private const int MaxCalls = 100, MaxExpectations = 50, MaxTurns = 50, MaxLength = 1024 * 1024;

    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly RunStore store;
    private readonly ToolCatalog tools;
    private readonly TimeProvider time;

    internal TestLibrary(IDbContextFactory<AgentsContext> contexts, RunStore store, ToolCatalog tools, TimeProvider time) =>
        (this.contexts, this.store, this.tools, this.time) = (contexts, store, tools, time);

    /// <summary>A run of an agent as a test, with what could be expected; nothing is stored yet. ArgumentException: no agent worked on it, or it has not ended with an answer.</summary>
    public async Task<TestDraft> SuggestAsync(Caller caller, Guid runId, CancellationToken cancellation)
    {
        var run = await store.FindAsync(caller.UserId, runId, cancellation) ?? throw new NotFoundException("Run");
        if (run.Agent is null)
            throw new ArgumentException("No agent worked on this run; tests are of agents.", nameof(runId));
        if (run.EndedAt is null || run.Status is not (RunStatus.Completed or RunStatus.Incomplete))
            throw new ArgumentException("A test is made of a run that has ended with an answer. Wait for its end, or do it again.", nameof(runId));
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        MessageTree tree = new(await db.Messages.AsNoTracking().Where(m => m.ConversationId == run.ConversationId).ToListAsync(cancellation));
        var asked = tree.Find(run.UserMessageId)!;
        List<PastTurn> history = [.. tree.PathTo(asked.ParentId).Where(m => m.Text.Length > 0).Select(m => new PastTurn(m.Role, m.Text)).TakeLast(MaxTurns)];
        var events = await store.AllEventsAsync(runId, cancellation);
        return TestSuggestion.Of(RunJson.Read<AgentTask>(run.Agent), runId, run.CreatedAt, asked.Text, history, events, tree.Find(run.AssistantMessageId)!.Text, await tools.ListAsync(cancellation));
    }

    /// <summary>The caller's suites, of one agent or of all, last changed first.</summary>
    public async Task<IReadOnlyList<TestSuite>> SuitesAsync(Caller caller, Guid? agentId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await db.TestSuites.AsNoTracking().Where(s => s.OwnerId == caller.UserId && (agentId == null || s.AgentId == agentId)).OrderByDescending(s => s.UpdatedAt).ThenBy(s => s.Id)
            .Select(s => new { Row = s, Tests = db.Tests.Count(t => t.SuiteId == s.Id) }).ToListAsync(cancellation);
        return rows.ConvertAll(found => Shown(found.Row, found.Tests));
    }

    /// <summary>Of an agent that the caller may see.</summary>
    public async Task<TestSuite> CreateSuiteAsync(Caller caller, Guid agentId, string name, CancellationToken cancellation)
    {
        var kept = Name(name);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await AgentAccess.VisibleAsync(db, caller, agentId, cancellation);
        var now = time.GetUtcNow();
        TestSuiteRow row = new() { Id = Guid.CreateVersion7(now), AgentId = agentId, OwnerId = caller.UserId, Name = kept, UpdatedAt = now };
        db.Add(row);
        await db.SaveChangesAsync(cancellation);
        return Shown(row, 0);
    }

    public async Task RenameSuiteAsync(Caller caller, Guid suiteId, string name, CancellationToken cancellation)
    {
        var kept = Name(name);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await OwnAsync(db, caller, suiteId, cancellation);
        (row.Name, row.UpdatedAt) = (kept, time.GetUtcNow());
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Deletes it with its tests, tables and the runs behind them.</summary>
    public async Task DeleteSuiteAsync(Caller caller, Guid suiteId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await OwnAsync(db, caller, suiteId, cancellation);
        if (await db.SuiteRuns.AnyAsync(r => r.SuiteId == suiteId && r.EndedAt == null, cancellation))
            throw new RunConflictException("This suite is being run. Stop it first.");
        await db.Conversations.Where(c => db.TestResults.Any(t => t.RunId == c.Id && db.SuiteRuns.Any(r => r.Id == t.SuiteRunId && r.SuiteId == suiteId))).ExecuteDeleteAsync(cancellation);
        db.Remove(row);
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>In the order in which they were saved.</summary>
    public async Task<IReadOnlyList<AgentTest>> TestsAsync(Caller caller, Guid suiteId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await OwnAsync(db, caller, suiteId, cancellation);
        return (await db.Tests.AsNoTracking().Where(t => t.SuiteId == suiteId).OrderBy(t => t.CreatedAt).ThenBy(t => t.Id).ToListAsync(cancellation)).ConvertAll(Shown);
    }

    /// <summary>Adds a test, or puts it in the place of one. Where another of the suite has its name, it gets a number. ArgumentException for what a test may not be.</summary>
    /// <param name="testId">Null for a new one.</param>
    public async Task<AgentTest> SaveAsync(Caller caller, Guid suiteId, Guid? testId, TestCase test, CancellationToken cancellation)
    {
        Require(test);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var suite = await OwnAsync(db, caller, suiteId, cancellation);
        var now = time.GetUtcNow();
        TestRow? row = null;
        if (testId is not null)
            row = await db.Tests.SingleOrDefaultAsync(t => t.Id == testId && t.SuiteId == suiteId, cancellation) ?? throw new NotFoundException("Test");
        else if (await db.Tests.CountAsync(t => t.SuiteId == suiteId, cancellation) >= MaxTests)
            throw new ArgumentException($"The suite has {MaxTests} tests already, and no more are taken. Begin another.", nameof(test));
        else
            db.Add(row = new() { Id = Guid.CreateVersion7(now), SuiteId = suiteId, Case = "", CreatedAt = now });
        var others = await db.Tests.AsNoTracking().Where(t => t.SuiteId == suiteId && t.Id != row.Id).Select(t => t.Case).ToListAsync(cancellation);
        (row.Case, row.UpdatedAt, suite.UpdatedAt) = (RunJson.Write(test with { Name = FreeName(Name(test.Name), [.. others.Select(other => RunJson.Read<TestCase>(other).Name)]) }), now, now);
        await db.SaveChangesAsync(cancellation);
        return Shown(row);
    }

    public async Task DeleteTestAsync(Caller caller, Guid suiteId, Guid testId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await OwnAsync(db, caller, suiteId, cancellation);
        if (await db.Tests.Where(t => t.Id == testId && t.SuiteId == suiteId).ExecuteDeleteAsync(cancellation) == 0)
            throw new NotFoundException("Test");
    }

    internal static async Task<TestSuiteRow> OwnAsync(AgentsContext db, Caller caller, Guid suiteId, CancellationToken cancellation) =>
        await db.TestSuites.SingleOrDefaultAsync(s => s.Id == suiteId && s.OwnerId == caller.UserId, cancellation) ?? throw new NotFoundException("Suite");

    private static void Require(TestCase test)
    {
        Name(test.Name);
        if (string.IsNullOrWhiteSpace(test.Question) || test.Question.Length > RunAgent.MaxQuestionLength)
            throw new ArgumentException($"The question has 1 to {RunAgent.MaxQuestionLength:N0} characters; this has {test.Question?.Length ?? 0:N0}.", nameof(test));
        if (test.History is not { Count: <= MaxTurns } || test.History.Any(turn => turn?.Text is null || turn.Role is not ("user" or "assistant")))
            throw new ArgumentException($"The conversation before the question has at most {MaxTurns} turns, each of user or assistant.", nameof(test));
        if (test.Calls is not { Count: <= MaxCalls } || test.Calls.Any(call => call?.Tool is null || call.Text is null))
            throw new ArgumentException($"A test has at most {MaxCalls} recorded calls, each with a tool and a text.", nameof(test));
        if (test.Expectations is not { Count: > 0 and <= MaxExpectations })
            throw new ArgumentException($"A test has 1 to {MaxExpectations} expectations; this has {test.Expectations?.Count ?? 0}.", nameof(test));
        if (test.Expectations.Select((expected, i) => (Number: i + 1, Fault: ExpectationCheck.Fault(expected))).FirstOrDefault(e => e.Fault is not null) is { Fault: { } fault } wrong)
            throw new ArgumentException($"Expectation {wrong.Number}: {fault}", nameof(test));
        if (RunJson.Write(test).Length is var length and > MaxLength)
            throw new ArgumentException($"The test has {length:N0} characters with all that it records; at most {MaxLength:N0} are taken.", nameof(test));
    }

    private static string FreeName(string name, HashSet<string> taken) =>
        taken.Contains(name) ? Enumerable.Range(2, MaxTests).Select(n => $" ({n.ToString(CultureInfo.InvariantCulture)})").Select(end => ShortText.Cut(name, MaxName - end.Length) + end).First(free => !taken.Contains(free)) : name;

    private static string Name(string? name) => name?.Trim() is { Length: > 0 and <= MaxName } kept ? kept
        : throw new ArgumentException($"A name has 1 to {MaxName} characters; this one has {name?.Trim().Length ?? 0}.", nameof(name));

    private static TestSuite Shown(TestSuiteRow row, int tests) => new(row.Id, row.AgentId, row.Name, tests, row.UpdatedAt);

    private static AgentTest Shown(TestRow row) => new(row.Id, row.SuiteId, RunJson.Read<TestCase>(row.Case), row.UpdatedAt);
}
