using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Agents.Conversations;
using Platform.Agents.Nesting;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Runs;

/// <summary>Deletes what programs, schedules and trials left: conversations that stand in no list, with the runs in them. Another person's do not exist for the caller (NotFoundException).</summary>
public sealed class RunRemoval
{
    private const int Portion = 50;

    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly ConversationLibrary conversations;
    private readonly TimeSpan keep;
    private readonly TimeProvider time;

    internal RunRemoval(IDbContextFactory<AgentsContext> contexts, ConversationLibrary conversations, IOptions<AgentsOptions> options, TimeProvider time) =>
        (this.contexts, this.conversations, keep, this.time) = (contexts, conversations, options.Value.KeepUnlisted, time);

    /// <summary>Deletes a run with all that is known of it: its conversation, its events and approvals, and the runs of agents that it asked; one that goes on is stopped first. RunConflictException where it is part of something else that is to be deleted as a whole.</summary>
    public async Task DeleteRunAsync(Caller caller, Guid runId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId && r.OwnerId == caller.UserId, cancellation) ?? throw new NotFoundException("Run");
        var conversation = await UnlistedAsync(db, caller, run.ConversationId, cancellation);
        if (await db.Runs.CountAsync(r => r.ConversationId == conversation, cancellation) is > 1 and var runs)
            throw new RunConflictException($"The run is one of {runs} in the thread {conversation}, which is deleted as a whole.");
        await conversations.DeleteAsync(caller, conversation, cancellation);
    }

    /// <summary>Deletes a conversation that stands in no list, with all its runs. RunConflictException as for a run.</summary>
    public async Task DeleteThreadAsync(Caller caller, Guid threadId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await conversations.DeleteAsync(caller, await UnlistedAsync(db, caller, threadId, cancellation), cancellation);
    }

    /// <summary>Deletes what is older than the setting lets it be, and gives how many conversations that were. What goes on, waits for a person or belongs to a suite's table stays.</summary>
    internal async Task<int> DeleteOldAsync(CancellationToken cancellation)
    {
        if (keep == TimeSpan.Zero)
            return 0;
        var before = time.GetUtcNow() - keep;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var old = db.Conversations.Where(c => !c.Listed && c.UpdatedAt < before && !db.Runs.Any(r => r.ConversationId == c.Id
            && (r.EndedAt == null || (r.Purpose == RunPurpose.Test && db.TestResults.Any(t => t.RunId == r.Id)) || (r.ParentId != null && db.Runs.Any(p => p.Id == r.ParentId)))));
        for (var deleted = 0; ;)
        {
            var portion = await old.OrderBy(c => c.UpdatedAt).Select(c => c.Id).Take(Portion).ToListAsync(cancellation);
            if (portion.Count == 0)
                return deleted;
            var runs = await db.Runs.Where(r => portion.Contains(r.ConversationId)).Select(r => r.Id).ToListAsync(cancellation);
            var asked = await RunTree.ConversationsBelowAsync(db, runs, cancellation);
            await db.Conversations.Where(c => portion.Contains(c.Id) || asked.Contains(c.Id)).ExecuteDeleteAsync(cancellation);
            deleted += portion.Count;
        }
    }

    /// <summary>Its id, if it may be deleted here.</summary>
    private static async Task<Guid> UnlistedAsync(AgentsContext db, Caller caller, Guid conversationId, CancellationToken cancellation)
    {
        var row = await db.Conversations.AsNoTracking().SingleOrDefaultAsync(c => c.Id == conversationId && c.OwnerId == caller.UserId, cancellation) ?? throw new NotFoundException("Conversation");
        if (row.Listed)
            throw new RunConflictException($"The conversation '{row.Title}' stands in its owner's list, and is deleted there.");
        return await db.Runs.AnyAsync(r => r.ConversationId == row.Id && (r.Purpose == RunPurpose.Nested || (r.Purpose == RunPurpose.Test && (r.EndedAt == null || db.TestResults.Any(t => t.RunId == r.Id)))), cancellation)
            ? throw new RunConflictException("The run belongs to the run of an agent that asked for it, or to a suite of tests, and is deleted with that.")
            : row.Id;
    }
}
