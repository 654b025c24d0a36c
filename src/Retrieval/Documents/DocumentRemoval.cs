using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Platform.Retrieval.Index;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Documents;

/// <summary>
/// Takes documents and bases out: rows first (with a <see cref="RemovalRow"/> that promises the rest), then passages and files. A crash in between is made good by <see cref="FinishAsync"/>.
/// </summary>
internal sealed class DocumentRemoval(IDbContextFactory<RetrievalContext> database, IPassageIndex index, ContentStore contents, ParsedTexts texts, RunningIngests running, SpaceReserve reserve, TimeProvider time)
{
    public Task RemoveDocumentAsync(Guid baseId, Guid documentId, CancellationToken cancellation) => RemoveAsync(baseId, documentId, cancellation);

    public Task RemoveBaseAsync(Guid baseId, CancellationToken cancellation) => RemoveAsync(baseId, null, cancellation);

    /// <summary>Carries out the removals whose time has come, and forgets them.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        await using RetrievalContext db = await database.CreateDbContextAsync(cancellation);
        DateTimeOffset now = time.GetUtcNow();
        foreach (RemovalRow removal in await db.Removals.AsNoTracking().Where(r => r.RepeatAt <= now).ToListAsync(cancellation))
        {
            await TakeOutAsync(removal, cancellation);
            await db.Removals.Where(r => r.Id == removal.Id).ExecuteDeleteAsync(cancellation);
        }
    }

    /// <summary>Deletes a content, and the text made from it, when no row names it any more.</summary>
    public async Task DropContentAsync(IEnumerable<string> hashes, CancellationToken cancellation)
    {
        await contents.Gate.WaitAsync(cancellation);
        try
        {
            await using RetrievalContext db = await database.CreateDbContextAsync(cancellation);
            foreach (string sha256 in hashes.Distinct())
            {
                if (!await db.Documents.AnyAsync(d => d.Sha256 == sha256, cancellation) && !await db.Jobs.AnyAsync(j => j.Sha256 == sha256, cancellation))
                {
                    contents.Delete(sha256);
                    texts.Forget(sha256);
                }
            }
        }
        finally
        {
            contents.Gate.Release();
        }
    }

    /// <summary>Deleting makes room, and needs a little first: that of the reserve when the disk is full.</summary>
    private async Task RemoveAsync(Guid baseId, Guid? documentId, CancellationToken cancellation)
    {
        try
        {
            await RemoveOnceAsync(baseId, documentId, cancellation);
        }
        catch (Exception failure) when (NoSpace.Is(failure))
        {
            reserve.GiveUp();
            await RemoveOnceAsync(baseId, documentId, cancellation);
        }
    }

    private async Task RemoveOnceAsync(Guid baseId, Guid? documentId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await database.CreateDbContextAsync(cancellation);
        IQueryable<DocumentRow> documents = db.Documents.Where(d => documentId == null ? d.BaseId == baseId : d.Id == documentId);
        RemovalRow removal = new() { BaseId = baseId, DocumentId = documentId, RepeatAt = time.GetUtcNow() + IngestJobs.LeaseTime * 2 };
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellation);
        List<Guid> ids = await documents.Select(d => d.Id).ToListAsync(cancellation);
        List<string> hashes = await documents.Select(d => d.Sha256).Union(db.Jobs.Where(j => documents.Any(d => d.Id == j.DocumentId)).Select(j => j.Sha256)).ToListAsync(cancellation);
        db.Removals.Add(removal);
        await db.SaveChangesAsync(cancellation);
        await documents.ExecuteDeleteAsync(cancellation);
        if (documentId is null)
        {
            await db.Bases.Where(b => b.Id == baseId).ExecuteDeleteAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);

        // The rows are gone for good: what is left is carried out even when the caller leaves now.
        foreach (Guid id in ids)
        {
            await running.StopAsync(id);
        }

        await TakeOutAsync(removal, CancellationToken.None);
        await DropContentAsync(hashes, CancellationToken.None);
    }

    private Task TakeOutAsync(RemovalRow removal, CancellationToken cancellation) => removal.DocumentId is { } documentId
        ? index.DeleteDocumentAsync(removal.BaseId, documentId, cancellation)
        : index.DeleteBaseAsync(removal.BaseId, cancellation);
}
