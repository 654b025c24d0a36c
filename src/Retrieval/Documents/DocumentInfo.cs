namespace Platform.Retrieval.Documents;

/// <summary>Where a document stands. Stored by number: append only.</summary>
public enum DocumentState { Queued = 0, Extracting = 1, Chunking = 2, Embedding = 3, Indexing = 4, Ready = 5, Failed = 6, Cancelled = 7 }

/// <summary>A document as lists show it.</summary>
/// <param name="Name">The original file name, metadata only and untrusted.</param>
/// <param name="StageDone">Units done of the current stage (pages, passages), of <paramref name="StageTotal"/>; 0 of 0 when unknown.</param>
/// <param name="QueuePosition">1 is next; 0 when not queued.</param>
/// <param name="ErrorCode">Stable code of the failure (see IngestError), null when none.</param>
/// <param name="ErrorDetail">One English sentence: what happened, the value, the limit, what to do.</param>
/// <param name="FailedAt">The stage that failed.</param>
public sealed record DocumentInfo(
    Guid Id, Guid BaseId, string Name, string MediaType, long Bytes, string Sha256, DocumentState State,
    int StageDone, int StageTotal, int QueuePosition, string? ErrorCode, string? ErrorDetail, DocumentState? FailedAt,
    int Pages, int Passages, string Language, string UploadedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? StartedAt, int Version);
