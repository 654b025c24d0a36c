namespace Platform.ModelHost.Server.Wire;

/// <summary>`POST /v1/downloads`.</summary>
internal sealed record StartDownloadRequest(string? Source);

internal sealed record DownloadListBody(string Object, IReadOnlyList<DownloadBody> Data);

/// <param name="Model">The id that the model has or will have.</param>
/// <param name="Status">queued, downloading, verifying, trying, completed, failed, cancelled.</param>
internal sealed record DownloadBody(
    string Id, string Object, string Source, string Model, string Status, long BytesDone, long? BytesTotal, long BytesPerSecond, string? Sha256, DownloadErrorBody? Error, long CreatedAt, long? FinishedAt);

internal sealed record DownloadErrorBody(string Code, string Message);

/// <summary>`DELETE /v1/downloads/{id}`.</summary>
internal sealed record DownloadDeleted(string Id, string Object, bool Deleted);
