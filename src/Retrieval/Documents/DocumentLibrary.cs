using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Access;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Index;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Documents;

/// <summary>The documents of a base: listing, reading, deleting, retrying. Every call throws NotFoundException when the caller may not read (or change) the document.</summary>
public sealed class DocumentLibrary
{
    private readonly IDbContextFactory<RetrievalContext> _database;
    private readonly IPassageIndex _index;
    private readonly DocumentContents _contents;
    private readonly DocumentRemoval _removal;
    private readonly IngestQueue _queue;

    internal DocumentLibrary(IDbContextFactory<RetrievalContext> database, IPassageIndex index, DocumentContents contents, DocumentRemoval removal, IngestQueue queue) =>
        (_database, _index, _contents, _removal, _queue) = (database, index, contents, removal, queue);

    /// <summary>By name.</summary>
    public async Task<IReadOnlyList<DocumentInfo>> ListAsync(Caller caller, Guid baseId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        if (!await db.Bases.ReadableBy(caller).AnyAsync(b => b.Id == baseId, cancellation))
        {
            throw Bases.KnowledgeBases.NotFound(baseId);
        }

        return await DocumentList.ReadAsync(db, db.Documents.Where(d => d.BaseId == baseId).OrderBy(d => d.NameKey).ThenBy(d => d.Id), cancellation);
    }

    public async Task<DocumentInfo> GetAsync(Caller caller, Guid documentId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        return (await DocumentList.ReadAsync(db, Readable(db, caller, documentId), cancellation)).SingleOrDefault() ?? throw NotFound(documentId);
    }

    /// <summary>Deletes text, vectors, statistics and, when no other document has the same content, the file.</summary>
    public async Task DeleteAsync(Caller caller, Guid documentId, CancellationToken cancellation)
    {
        DocumentRow row = await ChangeableAsync(caller, documentId, cancellation);
        await _removal.RemoveDocumentAsync(row.BaseId, documentId, cancellation);
    }

    /// <summary>Queues a failed, cancelled or ready document again.</summary>
    public async Task RetryAsync(Caller caller, Guid documentId, CancellationToken cancellation)
    {
        await ChangeableAsync(caller, documentId, cancellation);
        await _queue.RetryAsync(documentId, cancellation);
    }

    /// <summary>Stops a queued or running ingestion; nothing of the document stays in the index unless an earlier version was ready.</summary>
    public async Task CancelAsync(Caller caller, Guid documentId, CancellationToken cancellation)
    {
        await ChangeableAsync(caller, documentId, cancellation);
        if (await _queue.CancelAsync(documentId, cancellation) is { } droppedContent)
        {
            await _removal.DropContentAsync([droppedContent], CancellationToken.None);
        }
    }

    /// <summary>The bytes as uploaded.</summary>
    public async Task<Stream> OpenOriginalAsync(Caller caller, Guid documentId, CancellationToken cancellation) =>
        _contents.Open(await ReadableAsync(caller, documentId, cancellation));

    /// <summary>The extracted text with pages, blocks and boxes. Untrusted text.</summary>
    public async Task<ParsedDocument> ReadTextAsync(Caller caller, Guid documentId, CancellationToken cancellation) =>
        await _contents.ReadTextAsync(await ReadableAsync(caller, documentId, cancellation), cancellation);

    /// <summary>In document order; none until a version is ready.</summary>
    public async Task<IReadOnlyList<Passage>> PassagesAsync(Caller caller, Guid documentId, CancellationToken cancellation)
    {
        DocumentRow row = await ReadableAsync(caller, documentId, cancellation);
        return !row.Indexed ? [] : await _index.ListAsync(row.BaseId, documentId, row.Version, cancellation);
    }

    /// <summary>PNG bytes of a page of a PDF, about 110 dpi, rendered by a limited child process and cached. Page numbers start at 1.</summary>
    public async Task<byte[]> RenderPageAsync(Caller caller, Guid documentId, int page, CancellationToken cancellation) =>
        await _contents.RenderPageAsync(await ReadableAsync(caller, documentId, cancellation), page, cancellation);

    internal static NotFoundException NotFound(Guid documentId) => new($"Document {documentId}");

    private static IQueryable<DocumentRow> Readable(RetrievalContext db, Caller caller, Guid documentId) =>
        db.Documents.AsNoTracking().Where(d => d.Id == documentId && db.Bases.ReadableBy(caller).Any(b => b.Id == d.BaseId));

    private async Task<DocumentRow> ReadableAsync(Caller caller, Guid documentId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        return await Readable(db, caller, documentId).SingleOrDefaultAsync(cancellation) ?? throw NotFound(documentId);
    }

    private async Task<DocumentRow> ChangeableAsync(Caller caller, Guid documentId, CancellationToken cancellation)
    {
        await using RetrievalContext db = await _database.CreateDbContextAsync(cancellation);
        return await db.Documents.AsNoTracking().SingleOrDefaultAsync(d => d.Id == documentId && db.Bases.ChangeableBy(caller).Any(b => b.Id == d.BaseId), cancellation)
            ?? throw NotFound(documentId);
    }
}
