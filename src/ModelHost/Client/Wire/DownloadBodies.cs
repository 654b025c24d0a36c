using Platform.ModelHost.Client.Admin;

namespace Platform.ModelHost.Client.Wire;

internal sealed record DownloadListBody(IReadOnlyList<DownloadBody>? Data);

internal sealed record DownloadBody(
    string? Id, string? Source, string? Model, string? Status, long BytesDone, long? BytesTotal, long BytesPerSecond, string? Sha256, DownloadErrorBody? Error, long CreatedAt, long? FinishedAt)
{
    public ModelDownload ToDownload() => new(
        Id ?? "", Source ?? "", Model ?? "", Enum.TryParse<ModelDownloadState>(Status, ignoreCase: true, out var state) ? state : ModelDownloadState.Other, BytesDone, BytesTotal, BytesPerSecond, Sha256,
        Error?.Code, Error?.Message, DateTimeOffset.FromUnixTimeSeconds(CreatedAt), FinishedAt is { } finished ? DateTimeOffset.FromUnixTimeSeconds(finished) : null);
}

internal sealed record DownloadErrorBody(string? Code, string? Message);
