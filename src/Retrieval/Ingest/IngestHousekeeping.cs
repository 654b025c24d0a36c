using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Ingest;

/// <summary>Makes good what a crash left behind.</summary>
internal sealed class IngestHousekeeping(IDbContextFactory<RetrievalContext> database, IngestJobs jobs, ContentStore contents, DocumentRemoval removal, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private DateTimeOffset _next;

    /// <summary>At start, before anything is added: frees the jobs of the process before, deletes contents that no document names.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await jobs.FreeOwnAsync(cancellation);
        await using RetrievalContext db = await database.CreateDbContextAsync(cancellation);
        contents.Sweep((await db.Documents.Select(d => d.Sha256).Union(db.Jobs.Select(j => j.Sha256)).ToListAsync(cancellation)).ToHashSet());
    }

    /// <summary>Now and then: finishes removals.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        if (time.GetUtcNow() >= _next)
        {
            await removal.FinishAsync(cancellation);
            _next = time.GetUtcNow() + Interval;
        }
    }
}
