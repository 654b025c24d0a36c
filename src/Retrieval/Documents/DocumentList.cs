using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Documents;

/// <summary>Turns stored documents into what lists show, with their places in the queue.</summary>
internal static class DocumentList
{
    public static async Task<IReadOnlyList<DocumentInfo>> ReadAsync(RetrievalContext db, IQueryable<DocumentRow> documents, CancellationToken cancellation)
    {
        List<DocumentRow> rows = await documents.AsNoTracking().ToListAsync(cancellation);
        Dictionary<Guid, int> places = rows.Exists(r => r.State == DocumentState.Queued) ? await PlacesAsync(db, cancellation) : [];
        return [.. rows.Select(r => new DocumentInfo(
            r.Id, r.BaseId, r.Name, r.MediaType, r.Bytes, r.Sha256, r.State, r.StageDone, r.StageTotal, places.GetValueOrDefault(r.Id), r.ErrorCode, r.ErrorDetail, r.FailedAt,
            r.Pages, r.Passages, r.Language, r.UploadedBy, r.CreatedAt, r.UpdatedAt, r.StartedAt, r.Version))];
    }

    private static async Task<Dictionary<Guid, int>> PlacesAsync(RetrievalContext db, CancellationToken cancellation)
    {
        List<Guid> waiting = await db.Jobs.Where(j => j.Active && j.LeaseOwner == null).OrderBy(j => j.Id).Select(j => j.DocumentId).ToListAsync(cancellation);
        return waiting.Select((id, place) => (id, place)).ToDictionary(w => w.id, w => w.place + 1);
    }
}
