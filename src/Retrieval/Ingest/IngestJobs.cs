using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Ingest;

/// <summary>The workers' side of the ingestion table: lease, keep, finish, fail, postpone. Several processes may share it.</summary>
internal sealed class IngestJobs(IDbContextFactory<RetrievalContext> database, LeaseOwner owner, TimeProvider time)
{
    /// <summary>A job whose lease is older than this is free again.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(60);

    /// <summary>At start: frees the jobs that an earlier process on this data folder held when it died; one that was told to stop has given them back.</summary>
    public async Task FreeOwnAsync(CancellationToken cancellation)
    {
        await using RetrievalContext db = await database.CreateDbContextAsync(cancellation);
        await db.Jobs.Where(j => j.LeaseOwner != null && j.LeaseOwner.StartsWith(owner.Folder))
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.LeaseOwner, (string?)null).SetProperty(j => j.Crashes, j => j.Crashes + 1), cancellation);
    }

    /// <summary>Leases the next job, or returns null when none waits.</summary>
    public async Task<IngestJob?> ClaimAsync(CancellationToken cancellation)
    {
        await using RetrievalContext db = await database.CreateDbContextAsync(cancellation);
        string lease = owner.NewLease();
        while (true)
        {
            DateTimeOffset now = time.GetUtcNow();
            IQueryable<IngestJobRow> free = db.Jobs.Where(j => j.Active && j.NotBefore <= now && (j.LeaseOwner == null || j.LeaseUntil < now));
            if (await free.OrderBy(j => j.Id).Select(j => (long?)j.Id).FirstOrDefaultAsync(cancellation) is not { } id)
            {
                return null;
            }

            await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellation);
            int taken = await free.Where(j => j.Id == id).ExecuteUpdateAsync(
                set => set.SetProperty(j => j.LeaseOwner, lease).SetProperty(j => j.LeaseUntil, now + LeaseTime).SetProperty(j => j.Attempts, j => j.Attempts + 1)
                    .SetProperty(j => j.Crashes, j => j.LeaseOwner == null ? j.Crashes : j.Crashes + 1), cancellation);
            if (taken == 0)
            {
                continue;
            }

            await db.Documents.Where(d => db.Jobs.Any(j => j.Id == id && j.DocumentId == d.Id)).ExecuteUpdateAsync(
                set => set.SetProperty(d => d.State, DocumentState.Extracting).SetProperty(d => d.StageDone, 0).SetProperty(d => d.StageTotal, 0)
                    .SetProperty(d => d.StartedAt, now).SetProperty(d => d.UpdatedAt, now), cancellation);
            IngestJobRow job = await db.Jobs.AsNoTracking().Include(j => j.Document).SingleAsync(j => j.Id == id, cancellation);
            await transaction.CommitAsync(cancellation);
            return new IngestJob(id, lease, job.Document!.BaseId, job.DocumentId, job.Version, job.Name, job.MediaType, job.Bytes, job.Sha256, job.Attempts, job.Crashes, job.WaitingSince);
        }
    }

    /// <summary>Makes the lease last, and shows how far the job is. Throws <see cref="LeaseLostException"/>.</summary>
    public Task KeepAsync(IngestJob job, StageProgress.Point at, CancellationToken cancellation) => WhileLeasedAsync(
        job,
        leased => leased.ExecuteUpdateAsync(set => set.SetProperty(j => j.LeaseUntil, time.GetUtcNow() + LeaseTime), cancellation),
        document => document.ExecuteUpdateAsync(
            set => set.SetProperty(d => d.State, at.State).SetProperty(d => d.StageDone, at.Done).SetProperty(d => d.StageTotal, at.Total).SetProperty(d => d.UpdatedAt, time.GetUtcNow()), cancellation),
        cancellation);

    /// <summary>The document is in: it takes over the job's content. Returns the hash of the content that it had before.</summary>
    public async Task<string> FinishAsync(IngestJob job, int pages, int passages, string language, CancellationToken cancellation)
    {
        string before = job.Sha256;
        await WhileLeasedAsync(job, leased => leased.ExecuteDeleteAsync(cancellation), async document =>
        {
            before = await document.Select(d => d.Sha256).SingleAsync(cancellation);
            return await document.ExecuteUpdateAsync(
                set => set.SetProperty(d => d.State, DocumentState.Ready).SetProperty(d => d.Indexed, true).SetProperty(d => d.StageDone, 0).SetProperty(d => d.StageTotal, 0)
                    .SetProperty(d => d.Name, job.Name).SetProperty(d => d.NameKey, DocumentName.Key(job.Name)).SetProperty(d => d.MediaType, job.MediaType).SetProperty(d => d.Bytes, job.Bytes)
                    .SetProperty(d => d.Sha256, job.Sha256).SetProperty(d => d.Version, job.Version).SetProperty(d => d.Pages, pages).SetProperty(d => d.Passages, passages)
                    .SetProperty(d => d.Language, language).SetProperty(d => d.UpdatedAt, time.GetUtcNow()), cancellation);
        }, cancellation);
        return before;
    }

    /// <summary>Stores the cause of a failure; the job stays, to be retried by hand.</summary>
    public Task FailAsync(IngestJob job, IngestError error, string detail, DocumentState at, CancellationToken cancellation) => WhileLeasedAsync(
        job,
        leased => leased.ExecuteUpdateAsync(set => set.SetProperty(j => j.Active, false).SetProperty(j => j.LeaseOwner, (string?)null).SetProperty(j => j.WaitingSince, (DateTimeOffset?)null), cancellation),
        document => document.ExecuteUpdateAsync(
            set => set.SetProperty(d => d.State, DocumentState.Failed).SetProperty(d => d.ErrorCode, error.ToString()).SetProperty(d => d.ErrorDetail, detail)
                .SetProperty(d => d.FailedAt, at).SetProperty(d => d.UpdatedAt, time.GetUtcNow()), cancellation),
        cancellation);

    /// <summary>Gives the job back, to be taken again after a delay; it is shown as queued.</summary>
    public Task PostponeAsync(IngestJob job, TimeSpan delay, DateTimeOffset? waitingSince, CancellationToken cancellation) => WhileLeasedAsync(
        job,
        leased => leased.ExecuteUpdateAsync(
            set => set.SetProperty(j => j.LeaseOwner, (string?)null).SetProperty(j => j.NotBefore, time.GetUtcNow() + delay).SetProperty(j => j.WaitingSince, waitingSince), cancellation),
        document => document.ExecuteUpdateAsync(set => set.SetProperty(d => d.State, DocumentState.Queued).SetProperty(d => d.StageDone, 0).SetProperty(d => d.StageTotal, 0), cancellation),
        cancellation);

    private async Task WhileLeasedAsync(
        IngestJob job, Func<IQueryable<IngestJobRow>, Task<int>> changeJob, Func<IQueryable<DocumentRow>, Task<int>> changeDocument, CancellationToken cancellation)
    {
        await using RetrievalContext db = await database.CreateDbContextAsync(cancellation);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await changeJob(db.Jobs.Where(j => j.Id == job.Id && j.LeaseOwner == job.Lease)) == 0)
        {
            throw new LeaseLostException();
        }

        await changeDocument(db.Documents.Where(d => d.Id == job.DocumentId));
        await transaction.CommitAsync(cancellation);
    }
}
