namespace Platform.ModelHost.Engine.Models.Downloads;

/// <summary>Where a download is. Stored in files by name: append only.</summary>
public enum DownloadStatus { Queued, Downloading, Verifying, Trying, Completed, Failed, Cancelled }

/// <summary>A download at one moment. Failed and cancelled ones go on where they stopped when their source is started again.</summary>
/// <param name="Id">The same for the same source.</param>
/// <param name="Source">hf:owner/repo/file.gguf.</param>
/// <param name="ModelId">The id that the model has or will have.</param>
/// <param name="BytesTotal">Null until the hub has said it.</param>
/// <param name="BytesPerSecond">Of the last seconds; 0 when nothing moves.</param>
/// <param name="Sha256">Of the file: that the hub names, and at the end the true one; null before either is known.</param>
/// <param name="ErrorCode">Why it failed, for programs, or while it runs what it tries to get over; null else.</param>
/// <param name="ErrorMessage">The same for people.</param>
public sealed record ModelDownload(
    string Id, string Source, string ModelId, DownloadStatus Status, long BytesDone, long? BytesTotal, long BytesPerSecond, string? Sha256, string? ErrorCode, string? ErrorMessage, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt)
{
    /// <summary>Nothing more will happen to it by itself.</summary>
    public bool IsFinished => Status is DownloadStatus.Completed or DownloadStatus.Failed or DownloadStatus.Cancelled;
}
