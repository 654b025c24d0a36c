using Platform.Retrieval.Documents;

namespace Platform.Retrieval.Ingest;

/// <summary>A document that is to be taken in, with the content to take. Its id is its place in the queue. A failed job stays, not active, until it is retried or the document is deleted.</summary>
internal sealed class IngestJobRow
{
    public long Id { get; set; }

    public Guid DocumentId { get; set; }

    public DocumentRow? Document { get; set; }

    public required string Name { get; set; }

    public required string MediaType { get; set; }

    public long Bytes { get; set; }

    public required string Sha256 { get; set; }

    public int Version { get; set; }

    public bool Active { get; set; }

    public int Attempts { get; set; }

    /// <summary>How often whoever worked on it was gone before the work had ended.</summary>
    public int Crashes { get; set; }

    /// <summary>Not before this time: back-off while the model service is away.</summary>
    public DateTimeOffset NotBefore { get; set; }

    /// <summary>Since when the model service has been away for this job; null when it is not.</summary>
    public DateTimeOffset? WaitingSince { get; set; }

    /// <summary>Who works on it; null when nobody does.</summary>
    public string? LeaseOwner { get; set; }

    public DateTimeOffset LeaseUntil { get; set; }
}
