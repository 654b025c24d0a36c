using Microsoft.EntityFrameworkCore;
using Platform.Agents.Memory;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Agents.Tools;
using Platform.Retrieval.Access;

namespace Platform.Agents.Definitions;

/// <summary>Lets an agent use a tool without asking, from its next run on: a further version of it, which who may change the agent can take back.</summary>
public sealed class ToolGrant
{
    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly ToolCatalog catalog;
    private readonly TimeProvider time;

    internal ToolGrant(IDbContextFactory<AgentsContext> contexts, ToolCatalog catalog, TimeProvider time) => (this.contexts, this.catalog, this.time) = (contexts, catalog, time);

    /// <summary>Whether the caller may: the agent is there, asks before this tool, and is theirs to change. Never for what is kept in its memory, which a person reads each time.</summary>
    public async Task<bool> MayAllowAsync(Caller caller, Guid agentId, string tool, CancellationToken cancellation)
    {
        var here = await catalog.FindAsync(tool, cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Agents.AsNoTracking().SingleOrDefaultAsync(a => a.Id == agentId, cancellation) is { } row && AgentAccess.MayChange(row, caller)
            && RunJson.Read<AgentDefinition>(row.Draft).Tools.Any(t => IsAsked(t, tool, here));
    }

    /// <summary>Changes the draft, and what runs by a new version, in nothing but the policy of this tool, where that is to ask, or is not for all that it does by now. NotFoundException for who may not change the agent; AgentConflictException where it does not ask before the tool by now, or is changed at the same moment.</summary>
    /// <param name="seen">What the tool did as it was shown to who allows it.</param>
    /// <param name="note">Of the new version.</param>
    public async Task AllowAsync(Caller caller, Guid agentId, string tool, ToolEffects seen, string note, CancellationToken cancellation)
    {
        var here = await catalog.FindAsync(tool, cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await AgentAccess.ChangeableAsync(db, caller, agentId, cancellation);
        var moment = time.GetUtcNow();
        var draft = Allowed(row.Draft, tool, here, seen);
        var runs = await db.AgentVersions.AsNoTracking().Where(v => v.AgentId == agentId && v.Number == row.PublishedVersion).Select(v => v.Definition).SingleOrDefaultAsync(cancellation);
        var published = runs is null ? null : Allowed(runs, tool, here, seen);
        if (draft is null && published is null)
            throw new AgentConflictException($"The agent '{row.Slug}' does not ask before '{Findings.Short(tool)}' by now.");
        row.Draft = draft ?? row.Draft;
        if (published is not null)
        {
            var last = await db.AgentVersions.Where(v => v.AgentId == agentId).MaxAsync(v => v.Number, cancellation);
            AgentVersionRow version = new() { AgentId = agentId, Number = last + 1, Definition = published, Note = note, PublishedBy = caller.UserId, PublishedAt = moment };
            db.Add(version);
            row.PublishedVersion = version.Number;
        }
        (row.Revision, row.UpdatedAt) = (row.Revision + 1, moment);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException ex) // its revision is another, or its next version is published already
        {
            await using var now = await contexts.CreateDbContextAsync(cancellation);
            if (ex is not DbUpdateConcurrencyException && await now.Agents.AnyAsync(a => a.Id == agentId && a.Revision == row.Revision - 1, cancellation))
                throw; // a full disk, say
            throw new AgentConflictException($"The agent '{row.Slug}' was changed meanwhile. Try again.", ex);
        }
    }

    /// <summary>Null where the tool is not there, or the agent does not ask before it.</summary>
    private static string? Allowed(string definition, string tool, AgentTool? here, ToolEffects seen)
    {
        var before = RunJson.Read<AgentDefinition>(definition);
        return !before.Tools.Any(t => IsAsked(t, tool, here)) ? null
            : RunJson.Write(before with { Tools = [.. before.Tools.Select(t => IsAsked(t, tool, here) ? t with { Policy = ToolPolicy.Always, AlwaysFor = here is { Origin.Length: 0 } ? null : seen } : t)] });
    }

    private static bool IsAsked(ToolSetting setting, string tool, AgentTool? here) =>
        setting.Name == tool && (here is null ? setting.Policy : setting.PolicyFor(here)) == ToolPolicy.Ask && tool != RememberTool.ToolName;
}
