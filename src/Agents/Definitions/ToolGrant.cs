using Microsoft.EntityFrameworkCore;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Retrieval.Access;

namespace Platform.Agents.Definitions;

/// <summary>Lets an agent use a tool without asking, from its next run on: a further version of it, which who may change the agent can take back.</summary>
public sealed class ToolGrant
{
    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly TimeProvider time;

    internal ToolGrant(IDbContextFactory<AgentsContext> contexts, TimeProvider time) => (this.contexts, this.time) = (contexts, time);

    /// <summary>Whether the caller may: the agent is there, asks before this tool, and is theirs to change.</summary>
    public async Task<bool> MayAllowAsync(Caller caller, Guid agentId, string tool, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Agents.AsNoTracking().SingleOrDefaultAsync(a => a.Id == agentId, cancellation) is { } row && AgentAccess.MayChange(row, caller)
            && RunJson.Read<AgentDefinition>(row.Draft).Tools.Any(t => t.Name == tool && t.Policy == ToolPolicy.Ask);
    }

    /// <summary>Changes the draft, and what runs by a new version, in nothing but the policy of this tool. NotFoundException for who may not change the agent; AgentConflictException where it is changed at the same moment.</summary>
    /// <param name="note">Of the new version.</param>
    public async Task AllowAsync(Caller caller, Guid agentId, string tool, string note, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await AgentAccess.ChangeableAsync(db, caller, agentId, cancellation);
        var now = time.GetUtcNow();
        row.Draft = Allowed(row.Draft, tool);
        if (row.PublishedVersion is { } published)
        {
            var runs = await db.AgentVersions.AsNoTracking().Where(v => v.AgentId == agentId && v.Number == published).Select(v => v.Definition).SingleAsync(cancellation);
            var last = await db.AgentVersions.Where(v => v.AgentId == agentId).MaxAsync(v => v.Number, cancellation);
            AgentVersionRow version = new() { AgentId = agentId, Number = last + 1, Definition = Allowed(runs, tool), Note = note, PublishedBy = caller.UserId, PublishedAt = now };
            db.Add(version);
            row.PublishedVersion = version.Number;
        }
        (row.Revision, row.UpdatedAt) = (row.Revision + 1, now);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException ex)
        {
            throw new AgentConflictException($"The agent '{row.Slug}' was changed meanwhile. Try again.", ex);
        }
    }

    private static string Allowed(string definition, string tool)
    {
        var before = RunJson.Read<AgentDefinition>(definition);
        return RunJson.Write(before with { Tools = [.. before.Tools.Select(t => t.Name == tool ? t with { Policy = ToolPolicy.Always } : t)] });
    }
}
