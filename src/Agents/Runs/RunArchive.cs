using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Runs.Tracing;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Runs;

/// <summary>Which runs are wanted; nothing set means all.</summary>
/// <param name="Containing">In the question, in any case.</param>
/// <param name="From">Begun then or later.</param>
/// <param name="Until">Begun before.</param>
public sealed record RunFilter(
    RunStatus? Status = null, Guid? AgentId = null, string? OwnerId = null, string Containing = "", DateTimeOffset? From = null, DateTimeOffset? Until = null, Guid? ConversationId = null)
{
    /// <summary>What they are for; null for all.</summary>
    public RunPurpose? Purpose { get; init; }

    /// <summary>Only those that somebody started: no call of another run, and no test.</summary>
    public bool Started { get; init; }

    /// <summary>Runs of agents only.</summary>
    public bool WithAgent { get; init; }

    /// <summary>Runs that have not ended only.</summary>
    public bool Active { get; init; }
    public int LeastSteps { get; init; }

    /// <summary>Its own and those of agents that it asked.</summary>
    public int LeastTokens { get; init; }

    /// <summary>Of work.</summary>
    public TimeSpan LeastTime { get; init; }
}

/// <summary>A run as the list shows it.</summary>
/// <param name="Agent">The agent's name as the run began with it; empty for an answer from documents.</param>
/// <param name="Model">The model that was chosen; empty for the agent's own, or the one that answers questions.</param>
/// <param name="Steps">Questions to the model.</param>
/// <param name="Tokens">Read and written by the model.</param>
public sealed record RunListed(RunInfo Run, string OwnerId, string Agent, string Model, string Question, int Steps, int Tokens)
{
    /// <summary>Those of agents that it asked; not among its own.</summary>
    public int TokensOfOthers { get; init; }

    /// <summary>Time of work so far: neither in the queue nor waiting for a person.</summary>
    public TimeSpan Worked { get; init; }
}

/// <summary>A run with what it was started with.</summary>
/// <param name="BaseIds">The bases of its conversation; none means all.</param>
public sealed record RunRecord(RunListed Listed, AgentTask? Agent, AnswerMode Mode, IReadOnlyList<Guid> BaseIds)
{
    /// <summary>Whether its conversation stands in its owner's list.</summary>
    public bool IsListed { get; init; }
}

/// <summary>Part of a list, and how many there are in all.</summary>
public sealed record RunList(IReadOnlyList<RunListed> Runs, int Total);

/// <summary>Runs to look at: one's own, and all of them for administrators. Others do not exist for the caller (NotFoundException).</summary>
public sealed class RunArchive
{
    /// <summary>Most runs of one part of a list.</summary>
    public const int MaxPart = 200;

    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly RunStore store;
    private readonly RunAgent runs;

    internal RunArchive(IDbContextFactory<AgentsContext> contexts, RunStore store, RunAgent runs) => (this.contexts, this.store, this.runs) = (contexts, store, runs);

    /// <summary>The newest first. At most 200 at once.</summary>
    public async Task<RunList> ListAsync(Caller caller, RunFilter filter, int skip, int take, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var wanted = Wanted(db, caller, filter);
        var rows = await wanted.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.Id).Skip(Math.Max(0, skip)).Take(Math.Clamp(take, 1, MaxPart))
            .Select(r => new { Row = r, Question = db.Messages.Where(m => m.Id == r.UserMessageId).Select(m => m.Text).FirstOrDefault() }).ToListAsync(cancellation);
        return new(rows.ConvertAll(found => Listed(found.Row, found.Question)), await wanted.CountAsync(cancellation));
    }

    public async Task<RunRecord> GetAsync(Caller caller, Guid runId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await FindAsync(db, caller, runId, cancellation);
        var question = await db.Messages.Where(m => m.Id == row.UserMessageId).Select(m => m.Text).FirstOrDefaultAsync(cancellation);
        var conversation = await db.Conversations.Where(c => c.Id == row.ConversationId).Select(c => new { c.BaseIds, c.Listed }).SingleAsync(cancellation);
        return new(Listed(row, question), row.Agent is null ? null : RunJson.Read<AgentTask>(row.Agent), row.Mode, RunJson.Read<List<Guid>>(conversation.BaseIds)) { IsListed = conversation.Listed };
    }

    /// <summary>All events that are stored.</summary>
    public async Task<IReadOnlyList<RunEvent>> EventsAsync(Caller caller, Guid runId, CancellationToken cancellation)
    {
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
            await FindAsync(db, caller, runId, cancellation);
        return await store.AllEventsAsync(runId, cancellation);
    }

    /// <summary>Tools that a run, and the agents that it asked, changed something with, or may have; each once. What came of an asked agent whose run is gone is not known.</summary>
    public async Task<IReadOnlyList<string>> ChangedAsync(Caller caller, Guid runId, CancellationToken cancellation)
    {
        var done = RunTrace.Of(await EventsAsync(caller, runId, cancellation));
        List<string> changed = [.. done.Changed];
        foreach (var asked in done.Rows.Select(row => row.Tool?.AskedRun).OfType<Guid>())
        {
            try
            {
                changed.AddRange(await ChangedAsync(caller, asked, cancellation));
            }
            catch (NotFoundException)
            {
                continue; // deleted, or never begun
            }
        }
        return [.. changed.Distinct()];
    }

    /// <summary>As <see cref="RunAgent.FollowAsync"/>, for administrators too.</summary>
    public async IAsyncEnumerable<RunEvent> FollowAsync(Caller caller, Guid runId, int afterSeq, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string owner;
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
            owner = (await FindAsync(db, caller, runId, cancellation)).OwnerId;
        await foreach (var happened in runs.FollowAsync(caller with { UserId = owner }, runId, afterSeq, cancellation))
            yield return happened;
    }

    private static IQueryable<RunRow> Wanted(AgentsContext db, Caller caller, RunFilter filter)
    {
        var rows = VisibleTo(db.Runs.AsNoTracking(), caller);
        rows = filter.Status switch
        {
            null => rows,
            RunStatus.Cancelling => rows.Where(r => r.StopAsked && r.EndedAt == null),
            { } status => rows.Where(r => r.Status == status && (r.EndedAt != null || !r.StopAsked)),
        };
        rows = filter.Purpose is { } purpose ? rows.Where(r => r.Purpose == purpose) : rows;
        rows = filter.Started ? rows.Where(r => r.Purpose != RunPurpose.Nested && r.Purpose != RunPurpose.Test) : rows;
        rows = filter.Active ? rows.Where(r => r.EndedAt == null) : rows;
        rows = filter.AgentId is { } agent ? rows.Where(r => r.AgentId == agent) : filter.WithAgent ? rows.Where(r => r.AgentId != null) : rows;
        rows = filter.OwnerId is { } owner ? rows.Where(r => r.OwnerId == owner) : rows;
        rows = filter.ConversationId is { } conversation ? rows.Where(r => r.ConversationId == conversation) : rows;
        rows = filter.From is { } from ? rows.Where(r => r.CreatedAt >= from) : rows;
        rows = filter.Until is { } until ? rows.Where(r => r.CreatedAt < until) : rows;
        rows = filter.LeastSteps > 0 ? rows.Where(r => r.Steps >= filter.LeastSteps) : rows;
        rows = filter.LeastTokens > 0 ? rows.Where(r => r.Tokens + r.TokensOfOthers >= filter.LeastTokens) : rows;
        if (filter.LeastTime > TimeSpan.Zero)
        {
            var least = (long)filter.LeastTime.TotalMilliseconds;
            rows = rows.Where(r => r.WorkedMilliseconds >= least);
        }
        if (filter.Containing.Trim() is { Length: > 0 } words)
        {
            var text = words.ToLowerInvariant();
            rows = rows.Where(r => db.Messages.Any(m => m.Id == r.UserMessageId && AgentsContext.Lower(m.Text).Contains(text)));
        }
        return rows;
    }

    private static IQueryable<RunRow> VisibleTo(IQueryable<RunRow> rows, Caller caller) => caller.IsAdministrator ? rows : rows.Where(r => r.OwnerId == caller.UserId);

    private static async Task<RunRow> FindAsync(AgentsContext db, Caller caller, Guid runId, CancellationToken cancellation) =>
        await VisibleTo(db.Runs.AsNoTracking(), caller).SingleOrDefaultAsync(r => r.Id == runId, cancellation) ?? throw new NotFoundException("Run");

    private static RunListed Listed(RunRow row, string? question) =>
        new(RunAgent.Info(row), row.OwnerId, row.Agent is null ? "" : RunJson.Read<AgentTask>(row.Agent).Definition.Name, row.Model, question ?? "", row.Steps, row.Tokens)
        {
            TokensOfOthers = row.TokensOfOthers, Worked = TimeSpan.FromMilliseconds(row.WorkedMilliseconds),
        };
}
