using Microsoft.EntityFrameworkCore;
using Platform.Agents.Approvals;
using Platform.Agents.Storage;

namespace Platform.Agents.Nesting;

/// <summary>A run with those that it asked, and those that they asked.</summary>
internal static class RunTree
{
    /// <summary>The run that a person started.</summary>
    public static async Task<Guid> RootAsync(AgentsContext db, Guid runId, CancellationToken cancellation)
    {
        while (await db.Runs.Where(r => r.Id == runId).Select(r => r.ParentId).SingleOrDefaultAsync(cancellation) is { } parent)
            runId = parent;
        return runId;
    }

    /// <summary>The runs that it asked and that have not ended, and those that they asked.</summary>
    public static async Task<IReadOnlyList<Guid>> BelowAsync(AgentsContext db, Guid runId, CancellationToken cancellation)
    {
        List<Guid> all = [];
        for (List<Guid> level = [runId]; level.Count > 0; all.AddRange(level))
            level = await OpenChildrenAsync(db, level, cancellation);
        return all;
    }

    /// <summary>The run, the runs that it asked, ended or not, and those that they asked.</summary>
    public static async Task<IReadOnlyList<Guid>> AllAsync(AgentsContext db, Guid runId, CancellationToken cancellation)
    {
        List<Guid> all = [];
        for (List<Guid> level = [runId]; level.Count > 0;)
        {
            all.AddRange(level);
            var parents = level;
            level = await db.Runs.Where(r => r.ParentId != null && parents.Contains(r.ParentId.Value)).Select(r => r.Id).ToListAsync(cancellation);
        }
        return all;
    }

    /// <summary>Whether a person must still decide something in a run or below it.</summary>
    public static async Task<bool> IsAskedAsync(AgentsContext db, Guid runId, CancellationToken cancellation)
    {
        for (List<Guid> level = [runId]; level.Count > 0;)
        {
            var ids = level;
            if (await db.Approvals.AnyAsync(a => ids.Contains(a.RunId) && a.Status == ApprovalStatus.Pending, cancellation))
                return true;
            level = await OpenChildrenAsync(db, ids, cancellation);
        }
        return false;
    }

    /// <summary>The conversations of all runs that these asked, ended or not, and of those that they asked.</summary>
    public static async Task<IReadOnlyList<Guid>> ConversationsBelowAsync(AgentsContext db, IReadOnlyList<Guid> runIds, CancellationToken cancellation)
    {
        List<Guid> conversations = [];
        for (var level = runIds; level.Count > 0;)
        {
            var parents = level;
            var asked = await db.Runs.Where(r => r.ParentId != null && parents.Contains(r.ParentId.Value)).Select(r => new { r.Id, r.ConversationId }).ToListAsync(cancellation);
            conversations.AddRange(asked.Select(r => r.ConversationId));
            level = asked.ConvertAll(r => r.Id);
        }
        return conversations;
    }

    private static Task<List<Guid>> OpenChildrenAsync(AgentsContext db, List<Guid> parents, CancellationToken cancellation) =>
        db.Runs.Where(r => r.ParentId != null && parents.Contains(r.ParentId.Value) && r.EndedAt == null).Select(r => r.Id).ToListAsync(cancellation);
}
