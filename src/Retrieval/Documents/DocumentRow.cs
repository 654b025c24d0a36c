namespace Platform.Retrieval.Documents;

/// <summary>
/// A stored document. Content columns (hash, bytes, version …) describe what the index holds, or for a document that was never ready what it will hold;
/// a newer version that waits stands in its job until it is in.
/// </summary>
internal sealed class DocumentRow
{
    public Guid Id { get; set; }

    public Guid BaseId { get; set; }

    public required string Name { get; set; }

    public required string NameKey { get; set; }

    public required string MediaType { get; set; }

    public long Bytes { get; set; }

    public required string Sha256 { get; set; }

    public int Version { get; set; }

    /// <summary>True once a version is in the index.</summary>
    public bool Indexed { get; set; }

    public DocumentState State { get; set; }

    public int StageDone { get; set; }

    public int StageTotal { get; set; }

    public string? ErrorCode { get; set; }

    public string? ErrorDetail { get; set; }

    public DocumentState? FailedAt { get; set; }

    public int Pages { get; set; }

    public int Passages { get; set; }

    public required string Language { get; set; }

    public required string UploadedBy { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }
}
