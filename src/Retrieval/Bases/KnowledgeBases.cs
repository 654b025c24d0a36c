using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Bases;

/// <summary>Creates, lists, renames and deletes knowledge bases.</summary>
public sealed class KnowledgeBases
{
    /// <summary>Characters of a name, and of a description, at most.</summary>
    public const int LongestName = 100, LongestDescription = 1000;

    private readonly IDbContextFactory<RetrievalContext> _database;
    private readonly DocumentRemoval _removal;
    private readonly TimeProvider _time;

    internal KnowledgeBases(IDbContextFactory<RetrievalContext> database, DocumentRemoval removal, TimeProvider time) => (_database, _removal, _time) = (database, removal, time);

    /// <summary>Those that the caller may read, by name.</summary>
    public async Task<IReadOnlyList<KnowledgeBase>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        return await CountedAsync(db, db.Bases.ReadableBy(caller).OrderBy(b => b.NameKey), cancellation);
    }

    /// <summary>Throws NotFoundException.</summary>
    public async Task<KnowledgeBase> GetAsync(Caller caller, Guid baseId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        return (await CountedAsync(db, db.Bases.ReadableBy(caller).Where(b => b.Id == baseId), cancellation)).SingleOrDefault() ?? throw NotFound(baseId);
    }

    /// <summary>Name 1 to 100 characters, unique for its owner; ArgumentException says what is wrong.</summary>
    public async Task<KnowledgeBase> CreateAsync(Caller caller, string name, string description, bool shared, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        DateTimeOffset now = _time.GetUtcNow();
        BaseRow row = new() { Id = Guid.CreateVersion7(now), Name = "", NameKey = "", Description = "", OwnerId = caller.UserId, CreatedAt = now };
        db.Bases.Add(row);
        await DescribeAsync(db, row, name, description, shared, cancellation);
        return await GetAsync(caller, row.Id, cancellation);
    }

    /// <summary>As <see cref="CreateAsync"/>; the owner stays.</summary>
    public async Task<KnowledgeBase> UpdateAsync(Caller caller, Guid baseId, string name, string description, bool shared, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        BaseRow row = await db.Bases.ChangeableBy(caller).SingleOrDefaultAsync(b => b.Id == baseId, cancellation) ?? throw NotFound(baseId);
        await DescribeAsync(db, row, name, description, shared, cancellation);
        return await GetAsync(caller, baseId, cancellation);
    }

    /// <summary>Deletes the base, its documents, passages, vectors and files.</summary>
    public async Task DeleteAsync(Caller caller, Guid baseId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        if (!await db.Bases.ChangeableBy(caller).AnyAsync(b => b.Id == baseId, cancellation))
        {
            throw NotFound(baseId);
        }

        await _removal.RemoveBaseAsync(baseId, cancellation);
    }

    /// <summary>True when the caller may add to and delete from the base.</summary>
    public async Task<bool> CanChangeAsync(Caller caller, Guid baseId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        return await db.Bases.ChangeableBy(caller).AnyAsync(b => b.Id == baseId, cancellation);
    }

    internal static NotFoundException NotFound(Guid baseId) => new($"Knowledge base {baseId}");

    private async Task DescribeAsync(RetrievalContext db, BaseRow row, string name, string description, bool shared, CancellationToken cancellation)
    {
        string trimmed = (name ?? "").Trim();
        if (trimmed.Length is 0 or > LongestName)
        {
            throw new ArgumentException($"The name of a knowledge base has 1 to {LongestName} characters; this one has {trimmed.Length}.", nameof(name));
        }

        if ((description ?? "").Length > LongestDescription)
        {
            throw new ArgumentException($"The description has at most {LongestDescription:N0} characters; this one has {description!.Length:N0}.", nameof(description));
        }

        (row.Name, row.NameKey, row.Description, row.Shared, row.UpdatedAt) = (trimmed, trimmed.ToUpperInvariant(), description ?? "", shared, _time.GetUtcNow());
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await db.Bases.AnyAsync(b => b.OwnerId == row.OwnerId && b.NameKey == row.NameKey && b.Id != row.Id, cancellation))
        {
            throw new ArgumentException($"There is already a knowledge base called '{trimmed}'. Choose another name.", nameof(name));
        }

        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task<IReadOnlyList<KnowledgeBase>> CountedAsync(RetrievalContext db, IQueryable<BaseRow> bases, CancellationToken cancellation)
    {
        List<BaseRow> rows = await bases.AsNoTracking().ToListAsync(cancellation);
        var counts = await db.Documents.Where(d => bases.Any(b => b.Id == d.BaseId)).GroupBy(d => d.BaseId).Select(g => new
        {
            g.Key,
            Documents = g.Count(),
            Ready = g.Count(d => d.State == DocumentState.Ready),
            Failed = g.Count(d => d.State == DocumentState.Failed),
            Cancelled = g.Count(d => d.State == DocumentState.Cancelled),
            Passages = g.Sum(d => (long)d.Passages),
            Bytes = g.Sum(d => d.Bytes),
        }).ToDictionaryAsync(c => c.Key, cancellation);
        return [.. rows.Select(b => counts.TryGetValue(b.Id, out var c)
            ? new KnowledgeBase(b.Id, b.Name, b.Description, b.OwnerId, b.Shared, b.CreatedAt, b.UpdatedAt, c.Documents, c.Ready, c.Failed, c.Documents - c.Ready - c.Failed - c.Cancelled, c.Passages, c.Bytes)
            : new KnowledgeBase(b.Id, b.Name, b.Description, b.OwnerId, b.Shared, b.CreatedAt, b.UpdatedAt, 0, 0, 0, 0, 0, 0))];
    }
}
