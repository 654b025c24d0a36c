using Platform.Retrieval.Access;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Documents;

/// <summary>The documents of a base: listing, reading, deleting, retrying. Every call throws NotFoundException when the caller may not read (or change) the document.</summary>
public sealed class DocumentLibrary
{
    /// <summary>By name.</summary>
    public Task<IReadOnlyList<DocumentInfo>> ListAsync(Caller caller, Guid baseId, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<DocumentInfo> GetAsync(Caller caller, Guid documentId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Deletes text, vectors, statistics and, when no other document has the same content, the file.</summary>
    public Task DeleteAsync(Caller caller, Guid documentId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Queues a failed, cancelled or ready document again.</summary>
    public Task RetryAsync(Caller caller, Guid documentId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Stops a queued or running ingestion; nothing of the document stays in the index unless an earlier version was ready.</summary>
    public Task CancelAsync(Caller caller, Guid documentId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The bytes as uploaded.</summary>
    public Task<Stream> OpenOriginalAsync(Caller caller, Guid documentId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The extracted text with pages, blocks and boxes. Untrusted text.</summary>
    public Task<ParsedDocument> ReadTextAsync(Caller caller, Guid documentId, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<IReadOnlyList<Passage>> PassagesAsync(Caller caller, Guid documentId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>PNG bytes of a page of a PDF, about 110 dpi, rendered by a limited child process and cached. Page numbers start at 1.</summary>
    public Task<byte[]> RenderPageAsync(Caller caller, Guid documentId, int page, CancellationToken cancellation) => throw new NotImplementedException();
}
