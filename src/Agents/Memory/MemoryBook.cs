using Microsoft.EntityFrameworkCore;
using Platform.Agents.Definitions;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Search;

namespace Platform.Agents.Memory;

/// <summary>What agents keep beyond a conversation. A person sees, changes and deletes their own; shared entries are seen by all who see the agent, and changed by who wrote them, who may change the agent, and administrators.</summary>
public sealed class MemoryBook
{
    /// <summary>Longest entry, UTF-16 characters.</summary>
    public const int MaxLength = 1000;

    /// <summary>Most entries of one person, and most shared ones, of one agent.</summary>
    public const int MaxEntries = 200;

    private const int Recalled = 5;
    private const float LeastLikeness = 0.25f, LeastWords = 0.2f;

    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly KeptVectors vectors;
    private readonly TimeProvider time;

    internal MemoryBook(IDbContextFactory<AgentsContext> contexts, KeptVectors vectors, TimeProvider time) =>
        (this.contexts, this.vectors, this.time) = (contexts, vectors, time);

    /// <summary>The caller's own and the shared ones of an agent, last changed first.</summary>
    public async Task<IReadOnlyList<MemoryEntry>> ListAsync(Caller caller, Guid agentId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await AgentAccess.VisibleAsync(db, caller, agentId, cancellation);
        return await ReadAsync(db, agentId, caller.UserId, shared: true, cancellation);
    }

    /// <summary>ArgumentException: empty, over 1,000 characters, or no room left.</summary>
    public async Task<MemoryEntry> AddAsync(Caller caller, Guid agentId, string text, bool shared, CancellationToken cancellation)
    {
        var kept = Checked(text);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await AgentAccess.VisibleAsync(db, caller, agentId, cancellation);
        if (await db.Memories.CountAsync(m => m.AgentId == agentId && m.Shared == shared && (shared || m.OwnerId == caller.UserId), cancellation) >= MaxEntries)
            throw new ArgumentException($"The agent keeps {MaxEntries} entries {(shared ? "for everyone" : "for you")} already, and no more are taken. Delete some first.", nameof(text));
        var now = time.GetUtcNow();
        MemoryRow row = new() { Id = Guid.CreateVersion7(now), AgentId = agentId, OwnerId = caller.UserId, Shared = shared, Text = kept, UpdatedAt = now };
        db.Add(row);
        await db.SaveChangesAsync(cancellation);
        return Shown(row);
    }

    public async Task<MemoryEntry> EditAsync(Caller caller, Guid entryId, string text, CancellationToken cancellation)
    {
        var kept = Checked(text);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await ChangeableAsync(db, caller, entryId, cancellation);
        var before = row.Text;
        (row.Text, row.UpdatedAt) = (kept, time.GetUtcNow());
        await db.SaveChangesAsync(cancellation);
        await KeptVectors.ForgetAsync(db, row.AgentId, VectorUse.Memory, before, cancellation);
        return Shown(row);
    }

    public async Task DeleteAsync(Caller caller, Guid entryId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await ChangeableAsync(db, caller, entryId, cancellation);
        db.Remove(row);
        await db.SaveChangesAsync(cancellation);
        await KeptVectors.ForgetAsync(db, row.AgentId, VectorUse.Memory, row.Text, cancellation);
    }

    /// <summary>The entries that are nearest to a question by meaning or by its words, nearest first; none that has nothing to do with it.</summary>
    internal async Task<IReadOnlyList<MemoryEntry>> RecallAsync(string userId, Guid agentId, MemoryScope scope, string question, CancellationToken cancellation)
    {
        if (scope is not (MemoryScope.User or MemoryScope.Shared))
            return [];
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var entries = await ReadAsync(db, agentId, userId, scope == MemoryScope.Shared, cancellation);
        if (entries.Count == 0)
            return [];
        var likeness = await vectors.LikenessAsync(agentId, VectorUse.Memory, question, [.. entries.Select(entry => entry.Text)], cancellation);
        var words = WordsShared(question, entries);
        return [.. entries.Select((entry, i) => (Entry: entry, Likeness: likeness[i], Words: words[i])).Where(found => found.Likeness >= LeastLikeness || found.Words >= LeastWords)
            .OrderByDescending(found => Math.Max(found.Likeness, found.Words)).Take(Recalled).Select(found => found.Entry)];
    }

    /// <summary>Of each entry: how much of the question's words it has, 0 to 1; a word counts the more the fewer entries have it. An entry of a few words is too short for a small model to know its meaning by.</summary>
    private static float[] WordsShared(string question, IReadOnlyList<MemoryEntry> entries)
    {
        HashSet<string>[] terms = [.. entries.Select(entry => QueryTerms.ContentOf(entry.Text).ToHashSet())];
        var weights = QueryTerms.ContentOf(question).Distinct().ToDictionary(term => term, term => MathF.Log(1 + ((entries.Count + 1f) / (1 + terms.Count(of => of.Contains(term))))));
        var all = weights.Values.Sum();
        return [.. terms.Select(of => all > 0 ? weights.Where(weight => of.Contains(weight.Key)).Sum(weight => weight.Value) / all : 0)];
    }

    private static async Task<IReadOnlyList<MemoryEntry>> ReadAsync(AgentsContext db, Guid agentId, string userId, bool shared, CancellationToken cancellation) =>
        (await db.Memories.AsNoTracking().Where(m => m.AgentId == agentId && ((!m.Shared && m.OwnerId == userId) || (m.Shared && shared)))
            .OrderByDescending(m => m.UpdatedAt).ThenBy(m => m.Id).ToListAsync(cancellation)).ConvertAll(Shown);

    private static async Task<MemoryRow> ChangeableAsync(AgentsContext db, Caller caller, Guid entryId, CancellationToken cancellation)
    {
        var row = await db.Memories.SingleOrDefaultAsync(m => m.Id == entryId, cancellation);
        var may = row is not null && (row.OwnerId == caller.UserId
            || (row.Shared && await db.Agents.AsNoTracking().SingleOrDefaultAsync(a => a.Id == row.AgentId, cancellation) is { } agent && AgentAccess.MayChange(agent, caller)));
        return may ? row! : throw new NotFoundException("Memory entry");
    }

    private static string Checked(string text) => text.Trim() is { Length: > 0 and <= MaxLength } kept ? kept
        : throw new ArgumentException($"An entry has 1 to {MaxLength:N0} characters; this one has {text.Trim().Length:N0}.", nameof(text));

    private static MemoryEntry Shown(MemoryRow row) => new(row.Id, row.AgentId, row.OwnerId, row.Shared, row.Text, row.UpdatedAt);
}
