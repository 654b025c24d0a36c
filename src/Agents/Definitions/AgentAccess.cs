using Microsoft.EntityFrameworkCore;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Definitions;

/// <summary>Who sees and who changes an agent: the one place that says so.</summary>
internal static class AgentAccess
{
    public static IQueryable<AgentRow> VisibleTo(IQueryable<AgentRow> agents, Caller caller) =>
        caller.IsAdministrator ? agents : agents.Where(a => a.OwnerId == caller.UserId || (a.Visibility == AgentVisibility.Everyone && a.PublishedVersion != null));

    public static bool MayChange(AgentRow agent, Caller caller) => caller.IsAdministrator || agent.OwnerId == caller.UserId;

    public static async Task<AgentRow> VisibleAsync(AgentsContext db, Caller caller, Guid agentId, CancellationToken cancellation) =>
        await VisibleTo(db.Agents.AsNoTracking(), caller).SingleOrDefaultAsync(a => a.Id == agentId, cancellation) ?? throw new NotFoundException("Agent");

    /// <summary>To be changed and saved.</summary>
    public static async Task<AgentRow> ChangeableAsync(AgentsContext db, Caller caller, Guid agentId, CancellationToken cancellation) =>
        await db.Agents.SingleOrDefaultAsync(a => a.Id == agentId, cancellation) is { } row && MayChange(row, caller) ? row : throw new NotFoundException("Agent");
}
