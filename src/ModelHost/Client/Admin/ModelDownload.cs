namespace Platform.ModelHost.Client.Admin;

/// <summary>Where a download is. Other is a state that this client does not know.</summary>
public enum ModelDownloadState { Queued, Downloading, Verifying, Trying, Completed, Failed, Cancelled, Other }

/// <summary>A download of a model file at one moment. Failed and cancelled ones go on where they stopped when their source is started again.</summary>
/// <param name="Id">The same for the same source.</param>
/// <param name="Source">hf:owner/repo/file.gguf.</param>
/// <param name="Model">The id that the model has or will have.</param>
/// <param name="BytesTotal">Null until it is known.</param>
/// <param name="Sha256">That the hub names, at the end the true one; null before.</param>
/// <param name="ErrorCode">Such as no_space, not_found, unauthorized, hash_mismatch, connection_cut, interrupted; also while it runs, for what it tries to get over. Null else.</param>
/// <param name="ErrorMessage">The same as a sentence.</param>
public sealed record ModelDownload(
    string Id, string Source, string Model, ModelDownloadState State, long BytesDone, long? BytesTotal, long BytesPerSecond, string? Sha256, string? ErrorCode, string? ErrorMessage, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt)
{
    /// <summary>Nothing more will happen to it by itself.</summary>
    public bool IsFinished => State is ModelDownloadState.Completed or ModelDownloadState.Failed or ModelDownloadState.Cancelled;
}
