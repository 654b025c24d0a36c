using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Index;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Ingest;

/// <summary>Makes good what a crash left behind.</summary>
internal sealed class IngestHousekeeping(
    IDbContextFactory<RetrievalContext> database, IngestJobs jobs, ContentStore contents, ParsedTexts texts, IPassageIndex index, FolderOwner owner, DocumentRemoval removal, SpaceReserve reserve,
    TimeProvider time, ILogger<IngestHousekeeping> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private DateTimeOffset _next;

    /// <summary>At start, before anything is added: frees the jobs of the process before, deletes half uploads, passages of versions that count no more, and contents that no document names when they are this database's.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await jobs.FreeOwnAsync(cancellation);
        await using RetrievalContext db = await database.CreateDbContextAsync(cancellation);
        HashSet<string> named = (await db.Documents.Select(d => d.Sha256).Union(db.Jobs.Select(j => j.Sha256)).ToListAsync(cancellation)).ToHashSet();
        contents.DropHalfUploads();
        await reserve.TakeAsync(cancellation);
        await DropOldVersionsAsync(db, cancellation);
        if (await owner.IsAsync(db, named, cancellation))
        {
            contents.Sweep(named);
            texts.Sweep(named);
        }
        else
        {
            log.FilesOfAnother(owner.MarkPath);
        }
    }

    private async Task DropOldVersionsAsync(RetrievalContext db, CancellationToken cancellation)
    {
        foreach ((Guid baseId, Guid documentId) in await index.UnsettledAsync(cancellation))
        {
            if (await db.Documents.Where(d => d.Id == documentId && d.Indexed).Select(d => (int?)d.Version).SingleOrDefaultAsync(cancellation) is { } version)
            {
                await index.KeepOnlyAsync(baseId, documentId, version, cancellation);
            }
        }
    }

    /// <summary>Now and then: finishes removals, and takes the reserve again.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        if (time.GetUtcNow() >= _next)
        {
            await removal.FinishAsync(cancellation);
            await reserve.TakeAsync(cancellation);
            _next = time.GetUtcNow() + Interval;
        }
    }
}
