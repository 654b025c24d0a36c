using Microsoft.EntityFrameworkCore;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Definitions;

/// <summary>The agents of the installation. Who made one changes it, and administrators do; who may not see one is told that it does not exist (NotFoundException). A draft is what is edited; versions are what runs, and never change.</summary>
public sealed class AgentLibrary
{
    /// <summary>Longest note of a version, UTF-16 characters.</summary>
    public const int MaxNoteLength = 500;

    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly PresentParts parts;
    private readonly TimeProvider time;

    internal AgentLibrary(IDbContextFactory<AgentsContext> contexts, PresentParts parts, TimeProvider time) => (this.contexts, this.parts, this.time) = (contexts, parts, time);

    /// <summary>Own ones, and published ones that everyone sees; administrators see all. Last changed first.</summary>
    public async Task<IReadOnlyList<Agent>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await AgentAccess.VisibleTo(db.Agents.AsNoTracking(), caller).OrderByDescending(a => a.UpdatedAt).ThenBy(a => a.Id).ToListAsync(cancellation);
        List<Agent> shown = [];
        foreach (var row in rows)
            shown.Add(await ShownAsync(db, row, caller, cancellation));
        return shown;
    }

    /// <summary>Of each that the caller sees, what runs; where nothing is published yet, the draft.</summary>
    public async Task<IReadOnlyDictionary<Guid, AgentDefinition>> RunningAsync(Caller caller, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var seen = AgentAccess.VisibleTo(db.Agents.AsNoTracking(), caller);
        // One query: of an agent that is published in this moment two would see the draft and the version.
        var runs = await seen.Select(a => new { a.Id, Definition = db.AgentVersions.Where(v => v.AgentId == a.Id && v.Number == a.PublishedVersion).Select(v => v.Definition).FirstOrDefault() ?? a.Draft }).ToListAsync(cancellation);
        return runs.ToDictionary(one => one.Id, one => RunJson.Read<AgentDefinition>(one.Definition));
    }

    public async Task<Agent> GetAsync(Caller caller, Guid agentId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await ShownAsync(db, await AgentAccess.VisibleAsync(db, caller, agentId, cancellation), caller, cancellation);
    }

    /// <summary>The draft, for who may change it.</summary>
    public async Task<AgentDefinition> DraftAsync(Caller caller, Guid agentId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return RunJson.Read<AgentDefinition>((await AgentAccess.ChangeableAsync(db, caller, agentId, cancellation)).Draft);
    }

    /// <summary>The version that runs, by the name that programs use. NotFoundException also where none is published.</summary>
    public async Task<AgentVersion> PublishedAsync(Caller caller, string slug, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await AgentAccess.VisibleTo(db.Agents.AsNoTracking(), caller).SingleOrDefaultAsync(a => a.Slug == slug, cancellation);
        return row?.PublishedVersion is { } number ? await VersionAsync(db, row.Id, number, cancellation) : throw new NotFoundException($"Agent '{Findings.Short(slug)}'");
    }

    /// <summary>Makes an agent with a draft and no version. DefinitionException, AgentConflictException.</summary>
    public async Task<Agent> CreateAsync(Caller caller, AgentDefinition definition, CancellationToken cancellation)
    {
        DefinitionCheck.Require(definition);
        var now = time.GetUtcNow();
        AgentRow row = new() { Id = Guid.CreateVersion7(now), OwnerId = caller.UserId, Slug = definition.Slug, Draft = RunJson.Write(definition), Revision = 1, CreatedAt = now, UpdatedAt = now };
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        db.Add(row);
        await SaveAsync(db, row, cancellation);
        return await ShownAsync(db, row, caller, cancellation);
    }

    /// <summary>Puts another draft in the place of the one. AgentConflictException where its revision is no longer the given one; null overwrites whatever is there.</summary>
    public async Task<Agent> SaveDraftAsync(Caller caller, Guid agentId, AgentDefinition definition, int? revision, CancellationToken cancellation) =>
        await SaveDraftAsync(caller, agentId, definition, row => revision is null || revision == row.Revision, cancellation);

    /// <summary>The same for who began with another draft: AgentConflictException where that is no longer the draft, whatever else of the agent was changed meanwhile.</summary>
    public async Task<Agent> ReplaceDraftAsync(Caller caller, Guid agentId, AgentDefinition definition, AgentDefinition before, CancellationToken cancellation) =>
        await SaveDraftAsync(caller, agentId, definition, row => IsDraft(row, before), cancellation);

    private async Task<Agent> SaveDraftAsync(Caller caller, Guid agentId, AgentDefinition definition, Func<AgentRow, bool> isExpected, CancellationToken cancellation)
    {
        DefinitionCheck.Require(definition);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await AgentAccess.ChangeableAsync(db, caller, agentId, cancellation);
        if (!isExpected(row))
            throw Changed(row, null);
        (row.Draft, row.Slug, row.Revision, row.UpdatedAt) = (RunJson.Write(definition), definition.Slug, row.Revision + 1, time.GetUtcNow());
        await SaveAsync(db, row, cancellation);
        return await ShownAsync(db, row, caller, cancellation);
    }

    /// <summary>Makes the draft the next version, which runs from now on. DefinitionException also for a tool, model, adapter or base that is not here now: its runs would fail, or do less than they are meant to.</summary>
    /// <param name="shown">The draft as who publishes it was shown it: AgentConflictException where it is another by now. Null for whatever it is.</param>
    public async Task<AgentVersion> PublishAsync(Caller caller, Guid agentId, string note, CancellationToken cancellation, AgentDefinition? shown = null)
    {
        if (note.Length > MaxNoteLength)
            throw new ArgumentException($"A note has at most {MaxNoteLength} characters; this one has {note.Length:N0}.", nameof(note));
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await AgentAccess.ChangeableAsync(db, caller, agentId, cancellation);
        var definition = RunJson.Read<AgentDefinition>(row.Draft);
        if (shown is not null && !IsDraft(row, shown))
            throw Changed(row, null);
        DefinitionCheck.Require(definition); // stored by an earlier program, perhaps, that allowed more
        if (await AwayAsync(caller, definition, cancellation) is { Count: > 0 } away)
            throw new DefinitionException(away);
        var now = time.GetUtcNow();
        var last = await db.AgentVersions.Where(v => v.AgentId == row.Id).MaxAsync(v => (int?)v.Number, cancellation) ?? 0;
        AgentVersionRow version = new() { AgentId = row.Id, Number = last + 1, Definition = row.Draft, Note = note.Trim(), PublishedBy = caller.UserId, PublishedAt = now };
        db.Add(version);
        (row.PublishedVersion, row.Revision, row.UpdatedAt) = (version.Number, row.Revision + 1, now);
        await SaveAsync(db, row, cancellation);
        return Version(version);
    }

    /// <summary>What of a definition is not here now and keeps it from being published.</summary>
    public Task<IReadOnlyList<DefinitionFault>> AwayAsync(Caller caller, AgentDefinition definition, CancellationToken cancellation) => parts.Look(caller).FaultsAsync(definition, cancellation);

    /// <summary>The same of each agent that the caller sees, as it runs; those that lack nothing are left out. It may take as long as the servers of tools.</summary>
    public async Task<IReadOnlyDictionary<Guid, IReadOnlyList<DefinitionFault>>> AwayAsync(Caller caller, CancellationToken cancellation)
    {
        Dictionary<Guid, IReadOnlyList<DefinitionFault>> away = [];
        var look = parts.Look(caller);
        foreach (var (id, definition) in await RunningAsync(caller, cancellation))
        {
            if (await look.FaultsAsync(definition, cancellation) is { Count: > 0 } faults)
                away[id] = faults;
        }
        return away;
    }

    /// <summary>All versions, newest first, for who may change the agent.</summary>
    public async Task<IReadOnlyList<AgentVersion>> VersionsAsync(Caller caller, Guid agentId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await AgentAccess.ChangeableAsync(db, caller, agentId, cancellation);
        var rows = await db.AgentVersions.AsNoTracking().Where(v => v.AgentId == agentId).OrderByDescending(v => v.Number).ToListAsync(cancellation);
        return rows.ConvertAll(Version);
    }

    /// <summary>How one version differs from another; null stands for the draft.</summary>
    public async Task<IReadOnlyList<DefinitionChange>> DiffAsync(Caller caller, Guid agentId, int? before, int? after, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await AgentAccess.ChangeableAsync(db, caller, agentId, cancellation);
        async Task<AgentDefinition> Of(int? number) => number is { } n ? (await VersionAsync(db, agentId, n, cancellation)).Definition : RunJson.Read<AgentDefinition>(row.Draft);
        return DefinitionDiff.Between(await Of(before), await Of(after));
    }

    /// <summary>Makes a version's definition the draft again; what runs stays until it is published.</summary>
    /// <param name="before">The draft as who restores knows it: AgentConflictException where it is another by now.</param>
    public async Task<Agent> RestoreAsync(Caller caller, Guid agentId, int number, AgentDefinition before, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await AgentAccess.ChangeableAsync(db, caller, agentId, cancellation);
        var definition = IsDraft(row, before) ? (await VersionAsync(db, agentId, number, cancellation)).Definition : throw Changed(row, null);
        (row.Draft, row.Slug, row.Revision, row.UpdatedAt) = (RunJson.Write(definition), definition.Slug, row.Revision + 1, time.GetUtcNow());
        await SaveAsync(db, row, cancellation);
        return await ShownAsync(db, row, caller, cancellation);
    }

    public async Task SetVisibilityAsync(Caller caller, Guid agentId, AgentVisibility visibility, CancellationToken cancellation)
    {
        if (!Enum.IsDefined(visibility))
            throw new ArgumentOutOfRangeException(nameof(visibility), visibility, "An agent is seen by its owner (private) or by everyone.");
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await AgentAccess.ChangeableAsync(db, caller, agentId, cancellation);
        (row.Visibility, row.Revision, row.UpdatedAt) = (visibility, row.Revision + 1, time.GetUtcNow());
        await SaveAsync(db, row, cancellation);
    }

    /// <summary>The caller's own copy, under another slug: of the draft for who may change the agent, of what runs for others.</summary>
    public async Task<Agent> CloneAsync(Caller caller, Guid agentId, string slug, CancellationToken cancellation) =>
        await CreateAsync(caller, await SeenAsync(caller, agentId, cancellation) with { Slug = slug }, cancellation);

    /// <summary>The agent as a file: what <see cref="CloneAsync"/> would copy.</summary>
    public async Task<string> ExportAsync(Caller caller, Guid agentId, CancellationToken cancellation)
    {
        var seen = await SeenAsync(caller, agentId, cancellation);
        return DefinitionFile.Write(seen, await parts.NamesAsync(caller, seen, cancellation));
    }

    /// <summary>A new agent of the caller's from a file. For a base that is not here the one of its name is taken; other bases and tools that are not here stay named in it.</summary>
    /// <param name="slug">In place of the file's; null takes that one.</param>
    public async Task<Agent> ImportAsync(Caller caller, string json, string? slug, CancellationToken cancellation)
    {
        var (written, bases) = DefinitionFile.Read(json);
        var definition = await parts.WithOwnBasesAsync(caller, written, bases, cancellation);
        return await CreateAsync(caller, slug is null ? definition : definition with { Slug = slug }, cancellation);
    }

    /// <summary>Where it is used, for who may change it.</summary>
    public async Task<AgentUses> UsesAsync(Caller caller, Guid agentId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await AgentAccess.ChangeableAsync(db, caller, agentId, cancellation);
        List<string> callers = [];
        foreach (var other in await AgentAccess.VisibleTo(db.Agents.AsNoTracking(), caller).Where(a => a.Id != row.Id).ToListAsync(cancellation))
        {
            var seen = AgentAccess.MayChange(other, caller) ? RunJson.Read<AgentDefinition>(other.Draft) : (await VersionAsync(db, other.Id, other.PublishedVersion!.Value, cancellation)).Definition;
            if (seen.Agents.Contains(row.Slug))
                callers.Add(seen.Name);
        }
        return new(callers, await db.Runs.CountAsync(r => r.AgentId == row.Id, cancellation), await db.Memories.CountAsync(m => m.AgentId == row.Id, cancellation),
            await db.Schedules.CountAsync(s => s.AgentId == row.Id, cancellation), await db.TestSuites.CountAsync(s => s.AgentId == row.Id, cancellation));
    }

    /// <summary>The agents that search a base by name, in their draft or in what runs. For who may change the base: of what they may not see they are told how many.</summary>
    public async Task<BaseUses> OfBaseAsync(Caller caller, Guid baseId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        // The database leaves out whatever does not hold the id at all: an installation may have thousands of agents, and few that search this base.
        var id = baseId.ToString();
        var rows = db.Agents.AsNoTracking().OrderBy(a => a.Slug)
            .Select(a => new { Row = a, Runs = db.AgentVersions.Where(v => v.AgentId == a.Id && v.Number == a.PublishedVersion).Select(v => v.Definition).FirstOrDefault() })
            .Where(a => a.Row.Draft.Contains(id) || (a.Runs != null && a.Runs.Contains(id)));
        List<string> names = [];
        var (more, others) = (0, 0);
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            var draft = RunJson.Read<AgentDefinition>(row.Row.Draft);
            var runs = row.Runs is null ? null : RunJson.Read<AgentDefinition>(row.Runs);
            if (!Has(draft) && !Has(runs))
                continue; // it stands elsewhere, in its instructions say
            var mayChange = AgentAccess.MayChange(row.Row, caller);
            if (!mayChange && !(row.Row.Visibility == AgentVisibility.Everyone && Has(runs)))
                others++;
            else if (names.Count < BaseUses.MostNames)
                names.Add((mayChange ? draft : runs!).Name);
            else
                more++;
        }
        return new(names, more, others);

        bool Has(AgentDefinition? definition) => definition?.Knowledge.BaseIds?.Contains(baseId) == true;
    }

    /// <summary>Deletes it with its versions, and its suites of tests with theirs and the runs behind their tables. Its other runs stay, with the version that each ran.</summary>
    public async Task DeleteAsync(Caller caller, Guid agentId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await AgentAccess.ChangeableAsync(db, caller, agentId, cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await db.Conversations.Where(c => db.TestResults.Any(t => t.RunId == c.Id && db.SuiteRuns.Any(r => r.Id == t.SuiteRunId && db.TestSuites.Any(s => s.Id == r.SuiteId && s.AgentId == row.Id)))).ExecuteDeleteAsync(cancellation);
        await db.Agents.Where(a => a.Id == row.Id).ExecuteDeleteAsync(cancellation); // the database takes versions and suites with it
        await transaction.CommitAsync(cancellation);
    }

    private async Task<AgentDefinition> SeenAsync(Caller caller, Guid agentId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await AgentAccess.VisibleAsync(db, caller, agentId, cancellation);
        return AgentAccess.MayChange(row, caller) ? RunJson.Read<AgentDefinition>(row.Draft)
            : (await VersionAsync(db, row.Id, row.PublishedVersion ?? throw new NotFoundException("Agent"), cancellation)).Definition;
    }

    private static async Task<AgentVersion> VersionAsync(AgentsContext db, Guid agentId, int number, CancellationToken cancellation) =>
        Version(await db.AgentVersions.AsNoTracking().SingleOrDefaultAsync(v => v.AgentId == agentId && v.Number == number, cancellation) ?? throw new NotFoundException($"Version {number}"));

    private static async Task SaveAsync(AgentsContext db, AgentRow row, CancellationToken cancellation)
    {
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException ex)
        {
            throw Changed(row, ex);
        }
        catch (DbUpdateException ex)
        {
            db.ChangeTracker.Clear();
            if (await db.Agents.AnyAsync(a => a.Slug == row.Slug && a.Id != row.Id, cancellation))
                throw new AgentConflictException($"An agent with the slug '{row.Slug}' exists already. Choose another.", ex) { IsSlugTaken = true };
            throw; // a full disk, say
        }
    }

    private static bool IsDraft(AgentRow row, AgentDefinition definition) => RunJson.Write(RunJson.Read<AgentDefinition>(row.Draft)) == RunJson.Write(definition);

    private static AgentConflictException Changed(AgentRow row, Exception? inner) =>
        new($"The agent '{row.Slug}' was changed meanwhile. Load it again and repeat the change.", inner);

    private static AgentVersion Version(AgentVersionRow row) => new(row.AgentId, row.Number, RunJson.Read<AgentDefinition>(row.Definition), row.Note, row.PublishedBy, row.PublishedAt);

    /// <summary>Others than who may change it are shown what runs, not the draft.</summary>
    private static async Task<Agent> ShownAsync(AgentsContext db, AgentRow row, Caller caller, CancellationToken cancellation)
    {
        var published = row.PublishedVersion is { } number ? (await db.AgentVersions.AsNoTracking().SingleAsync(v => v.AgentId == row.Id && v.Number == number, cancellation)).Definition : null;
        var mayChange = AgentAccess.MayChange(row, caller);
        var shown = RunJson.Read<AgentDefinition>(mayChange ? row.Draft : published ?? throw new NotFoundException("Agent"));
        return new(row.Id, row.OwnerId, row.Slug, shown.Name, shown.Description, shown.Avatar, shown.Tags, row.Visibility,
            row.PublishedVersion, published != row.Draft, row.Revision, row.CreatedAt, row.UpdatedAt, mayChange)
        {
            Model = published is null ? "" : RunJson.Read<AgentDefinition>(published).Model.Id,
        };
    }
}
