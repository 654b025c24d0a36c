using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;

namespace Platform.Retrieval.Ingest;

/// <summary>What to do when the base already holds the same content, or the same name.</summary>
public enum DuplicateChoice { Ask, Skip, Replace, KeepBoth }

public enum IngestOutcome { Added, Duplicate, Replaced, Skipped }

/// <summary>What became of an added file. For Duplicate nothing was stored and <paramref name="Existing"/> names what is there.</summary>
public sealed record IngestReceipt(IngestOutcome Outcome, DocumentInfo? Document, DocumentInfo? Existing);

/// <summary>Takes a file in: stores it by content, records it as queued. The worker does the rest.</summary>
public sealed class IngestDocument
{
    /// <summary>Streams the content to disk (never wholly in memory). Throws IngestException when too large (limit named), empty, or of an unsupported type by content; NotFoundException when the caller may not change the base.</summary>
    public Task<IngestReceipt> AddAsync(Caller caller, Guid baseId, string fileName, Stream content, DuplicateChoice choice, CancellationToken cancellation) => throw new NotImplementedException();
}
