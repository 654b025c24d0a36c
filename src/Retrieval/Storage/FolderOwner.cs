using Microsoft.EntityFrameworkCore;

namespace Platform.Retrieval.Storage;

/// <summary>
/// Which database the stored contents belong to, kept as a file beside them. A program started on another database (a wrong connection string, a restored copy) names none of them,
/// and must not take them for rubbish.
/// </summary>
internal sealed class FolderOwner(DataFolder folder, ContentStore contents)
{
    public string MarkPath => Path.Combine(folder.Path, "database.id");

    /// <summary>True when the contents are this database's. A folder without a mark becomes its own when it holds no content yet, or one that the database names.</summary>
    public async Task<bool> IsAsync(RetrievalContext db, IReadOnlySet<string> named, CancellationToken cancellation)
    {
        string fresh = Guid.NewGuid().ToString("N");
        await db.Database.ExecuteSqlAsync($"INSERT INTO retrieval_identity (one, id) VALUES (1, {fresh}) ON CONFLICT (one) DO NOTHING", cancellation);
        string id = await db.Identity.Select(i => i.Id).SingleAsync(cancellation);
        string marked = File.Exists(MarkPath) ? (await File.ReadAllTextAsync(MarkPath, cancellation)).Trim() : "";
        if (marked.Length > 0)
        {
            return marked == id;
        }

        List<string> stored = [.. contents.Stored()];
        if (stored.Count > 0 && !stored.Exists(named.Contains))
        {
            return false;
        }

        DataFolder.WritePrivate(MarkPath, id);
        return true;
    }
}
