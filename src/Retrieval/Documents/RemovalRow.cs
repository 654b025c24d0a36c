namespace Platform.Retrieval.Documents;

/// <summary>
/// A promise to take something out of the index: written with the deletion of its row, kept until it is done. It is carried out at once, and a second time when every
/// lease that stood then has run out, so that an ingestion that was just writing cannot leave passages behind.
/// </summary>
internal sealed class RemovalRow
{
    public long Id { get; set; }

    public Guid BaseId { get; set; }

    /// <summary>Null removes the whole base.</summary>
    public Guid? DocumentId { get; set; }

    public DateTimeOffset RepeatAt { get; set; }
}
