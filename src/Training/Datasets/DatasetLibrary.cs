using Microsoft.EntityFrameworkCore;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Training.Datasets.Storage;
using Platform.Training.Rows;

namespace Platform.Training.Datasets;

/// <summary>The datasets of the installation. Administrators alone have them: rows may hold what anybody asked. Others are told that nothing is there (NotFoundException).</summary>
public sealed class DatasetLibrary
{
    public const int MaxNameLength = 80, MaxDescriptionLength = 500;

    private readonly IDbContextFactory<DatasetsContext> contexts;
    private readonly VersionFiles files;
    private readonly TimeProvider time;

    internal DatasetLibrary(IDbContextFactory<DatasetsContext> contexts, VersionFiles files, TimeProvider time) => (this.contexts, this.files, this.time) = (contexts, files, time);

    /// <summary>All, last changed first.</summary>
    public async Task<IReadOnlyList<Dataset>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        if (!caller.IsAdministrator)
            return [];
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var sets = await db.Sets.AsNoTracking().OrderByDescending(set => set.UpdatedAt).ThenBy(set => set.Id).ToListAsync(cancellation);
        var counts = await CountsAsync(db.Items, cancellation);
        var versions = await db.Versions.GroupBy(v => v.DatasetId).Select(g => new { g.Key, Latest = g.Max(v => v.Number) }).ToDictionaryAsync(v => v.Key, v => v.Latest, cancellation);
        return [.. sets.Select(set => Shown(set, counts.GetValueOrDefault(set.Id), versions.TryGetValue(set.Id, out var latest) ? latest : null))];
    }

    public async Task<Dataset> GetAsync(Caller caller, Guid datasetId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await ShownAsync(db, await FindAsync(db, caller, datasetId, cancellation), cancellation);
    }

    /// <summary>Makes an empty one. DatasetException name_empty, name_too_long, description_too_long, name_taken.</summary>
    public async Task<Dataset> CreateAsync(Caller caller, string name, string description, RowKind kind, CancellationToken cancellation)
    {
        Require(caller, "Datasets");
        var now = StoredTime.Now(time);
        SetRow set = new() { Id = Guid.CreateVersion7(now), OwnerId = caller.UserId, Name = Named(name), Description = Described(description), Kind = kind, CreatedAt = now, UpdatedAt = now };
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        db.Add(set);
        await SaveNamedAsync(db, set, cancellation);
        return Shown(set, default, null);
    }

    /// <summary>Gives it another name and description; errors as <see cref="CreateAsync"/>.</summary>
    public async Task<Dataset> RenameAsync(Caller caller, Guid datasetId, string name, string description, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var set = await FindAsync(db, caller, datasetId, cancellation);
        (set.Name, set.Description, set.UpdatedAt) = (Named(name), Described(description), StoredTime.Now(time));
        await SaveNamedAsync(db, set, cancellation);
        return await ShownAsync(db, set, cancellation);
    }

    /// <summary>Deletes rows and versions. Adapters that were trained on it keep the hash of their version.</summary>
    public async Task DeleteAsync(Caller caller, Guid datasetId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        db.Remove(await FindAsync(db, caller, datasetId, cancellation));
        await db.SaveChangesAsync(cancellation);
        files.Delete(datasetId);
    }

    /// <summary>Deletes the files of versions whose dataset is gone: the program may have ended between the one and the other.</summary>
    internal async Task ForgetGoneAsync(CancellationToken cancellation)
    {
        var kept = files.All(); // before the question: a dataset that is made meanwhile is not among them
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var there = (await db.Sets.Select(set => set.Id).ToListAsync(cancellation)).ToHashSet();
        foreach (var gone in kept.Where(id => !there.Contains(id)))
            files.Delete(gone);
    }

    /// <summary>The set, tracked, for who may see it.</summary>
    internal static async Task<SetRow> FindAsync(DatasetsContext db, Caller caller, Guid datasetId, CancellationToken cancellation)
    {
        var what = $"Dataset {datasetId}";
        Require(caller, what);
        return await db.Sets.SingleOrDefaultAsync(set => set.Id == datasetId, cancellation) ?? throw new NotFoundException(what);
    }

    private static void Require(Caller caller, string what)
    {
        if (!caller.IsAdministrator) throw new NotFoundException(what);
    }

    private static string Named(string name) => name.Trim() switch
    {
        "" => throw new DatasetException("name_empty", "A dataset needs a name."),
        { Length: > MaxNameLength } given => throw new DatasetException("name_too_long", $"The name has {given.Length} characters; the limit is {MaxNameLength}. Shorten it."),
        var given => given,
    };

    private static string Described(string description) => description.Trim() is { Length: <= MaxDescriptionLength } given ? given
        : throw new DatasetException("description_too_long", $"The description has {description.Trim().Length} characters; the limit is {MaxDescriptionLength}. Shorten it.");

    private static async Task SaveNamedAsync(DatasetsContext db, SetRow set, CancellationToken cancellation)
    {
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException error)
        {
            db.ChangeTracker.Clear();
            if (await db.Sets.AnyAsync(other => other.Name == set.Name && other.Id != set.Id, cancellation))
                throw new DatasetException("name_taken", $"There is a dataset '{set.Name}' already. Choose another name.", error);
            throw;
        }
    }

    private static async Task<Dataset> ShownAsync(DatasetsContext db, SetRow set, CancellationToken cancellation)
    {
        var counts = await CountsAsync(db.Items.Where(item => item.DatasetId == set.Id), cancellation);
        return Shown(set, counts.GetValueOrDefault(set.Id), await db.Versions.Where(v => v.DatasetId == set.Id).MaxAsync(v => (int?)v.Number, cancellation));
    }

    private static async Task<Dictionary<Guid, Counts>> CountsAsync(IQueryable<ItemRow> items, CancellationToken cancellation) =>
        (await items.GroupBy(item => new { item.DatasetId, item.Status }).Select(g => new { g.Key.DatasetId, g.Key.Status, Rows = g.Count(), Tokens = g.Sum(item => (long)item.Tokens) }).ToListAsync(cancellation))
        .GroupBy(part => part.DatasetId)
        .ToDictionary(set => set.Key, set => new Counts(
            set.Sum(part => part.Rows), set.Where(part => part.Status == RowStatus.Approved).Sum(part => part.Rows), set.Where(part => part.Status == RowStatus.New).Sum(part => part.Rows),
            set.Where(part => part.Status == RowStatus.Approved).Sum(part => part.Tokens)));

    private static Dataset Shown(SetRow set, Counts counts, int? latest) =>
        new(set.Id, set.Name, set.Description, set.Kind, counts.Rows, counts.Approved, counts.New, counts.Tokens, latest, set.OwnerId, set.CreatedAt, set.UpdatedAt);

    private readonly record struct Counts(int Rows, int Approved, int New, long Tokens);
}
