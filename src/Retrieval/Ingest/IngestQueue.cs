using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Index;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Ingest;

/// <summary>The people's side of the ingestion table: queue, queue again, cancel. The workers' side is <see cref="IngestJobs"/>.</summary>
internal sealed class IngestQueue(IDbContextFactory<RetrievalContext> database, IPassageIndex index, RunningIngests running, IngestWake wake, TimeProvider time)
{
    /// <summary>Adds a job for a document inside the caller's transaction. Call <see cref="IngestWake.Wake"/> after the commit.</summary>
    public void Enqueue(RetrievalContext db, DocumentRow document, string name, string mediaType, long bytes, string sha256, int version)
    {
        (document.State, document.StageDone, document.StageTotal, document.StartedAt, document.UpdatedAt) = (DocumentState.Queued, 0, 0, null, time.GetUtcNow());
        (document.ErrorCode, document.ErrorDetail, document.FailedAt) = (null, null, null);
        db.Jobs.Add(new IngestJobRow { DocumentId = document.Id, Name = name, MediaType = mediaType, Bytes = bytes, Sha256 = sha256, Version = version, Active = true });
    }

    /// <summary>Queues a document again with the content that failed, or else with what it holds. One that is queued or runs is left as it is.</summary>
    public async Task RetryAsync(Guid documentId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await database.CreateDbContextAsync(cancellation);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellation);
        DocumentRow document = await LockAsync(db, documentId, cancellation);
        IngestJobRow? job = await db.Jobs.SingleOrDefaultAsync(j => j.DocumentId == documentId, cancellation);
        if (job is { Active: true })
        {
            return;
        }

        if (job is not null)
        {
            await db.Jobs.Where(j => j.Id == job.Id).ExecuteDeleteAsync(cancellation);
            db.Entry(job).State = EntityState.Detached;
        }

        Enqueue(db, document, job?.Name ?? document.Name, job?.MediaType ?? document.MediaType, job?.Bytes ?? document.Bytes, job?.Sha256 ?? document.Sha256, job?.Version ?? document.Version);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        wake.Wake();
    }

    /// <summary>Cancels what is queued, runs or failed; an earlier version that was ready is ready again. Returns the hash of a content that may now be without an owner, or null.</summary>
    public async Task<string?> CancelAsync(Guid documentId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await database.CreateDbContextAsync(cancellation);
        if (!await db.Jobs.AnyAsync(j => j.DocumentId == documentId, cancellation))
        {
            return null;
        }

        // Whoever runs it here is stopped, and nobody else enters until the job is gone: nothing is written behind this. A job that is stopped must go, even when the caller leaves now.
        using RunningIngest stopped = await running.EnterAsync(documentId);
        cancellation = CancellationToken.None;
        DocumentRow held = await db.Documents.AsNoTracking().SingleOrDefaultAsync(d => d.Id == documentId, cancellation) ?? throw DocumentLibrary.NotFound(documentId);

        // The new version may stand in the index already, unseen. Not inside the transaction: writing to the index takes its time, and everybody's writes would wait along.
        await (held.Indexed ? index.KeepOnlyAsync(held.BaseId, documentId, held.Version, cancellation) : index.DeleteDocumentAsync(held.BaseId, documentId, cancellation));
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellation);
        DocumentRow document = await LockAsync(db, documentId, cancellation);
        IngestJobRow? job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.DocumentId == documentId, cancellation);
        if (job is null)
        {
            return null;
        }

        await db.Jobs.Where(j => j.Id == job.Id).ExecuteDeleteAsync(cancellation);
        (document.State, document.StageDone, document.StageTotal, document.UpdatedAt) = (document.Indexed ? DocumentState.Ready : DocumentState.Cancelled, 0, 0, time.GetUtcNow());
        (document.ErrorCode, document.ErrorDetail, document.FailedAt) = (null, null, null);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return job.Sha256 == document.Sha256 ? null : job.Sha256;
    }

    /// <summary>Stops what this process is taking in of a document unless it is this very content.</summary>
    public async Task StopOlderAsync(RetrievalContext db, Guid documentId, string sha256, CancellationToken cancellation)
    {
        if (!await db.Jobs.AnyAsync(j => j.DocumentId == documentId && j.Sha256 == sha256, cancellation))
        {
            await running.StopAsync(documentId);
        }
    }

    /// <summary>Makes changes to one document wait for each other, in both databases.</summary>
    private static async Task<DocumentRow> LockAsync(RetrievalContext db, Guid documentId, CancellationToken cancellation)
    {
        await db.Documents.Where(d => d.Id == documentId).ExecuteUpdateAsync(set => set.SetProperty(d => d.Version, d => d.Version), cancellation);
        return await db.Documents.SingleOrDefaultAsync(d => d.Id == documentId, cancellation) ?? throw DocumentLibrary.NotFound(documentId);
    }
}
