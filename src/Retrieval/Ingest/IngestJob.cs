namespace Platform.Retrieval.Ingest;

/// <summary>A job that this process has leased.</summary>
/// <param name="Lease">Names the lease: changes of the job's state count only while the table still holds it.</param>
/// <param name="Crashes">How often whoever worked on it was gone before the work had ended.</param>
internal sealed record IngestJob(
    long Id, string Lease, Guid BaseId, Guid DocumentId, int Version, string Name, string MediaType, long Bytes, string Sha256, int Attempts, int Crashes, DateTimeOffset? WaitingSince);

/// <summary>The lease ran out or was taken away (the document was deleted, cancelled or replaced): what was being done no longer counts.</summary>
internal sealed class LeaseLostException() : Exception("The ingestion was taken over or cancelled.");
