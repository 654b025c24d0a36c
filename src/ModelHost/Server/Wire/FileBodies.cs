namespace Platform.ModelHost.Server.Wire;

internal sealed record FileListBody(string Object, IReadOnlyList<FileBody> Data, bool HasMore, string? FirstId, string? LastId);

/// <summary>A file of the training store.</summary>
internal sealed record FileBody(string Id, string Object, long Bytes, long CreatedAt, string Filename, string Purpose, string Status, string? StatusDetails, string Sha256);

internal sealed record FileDeleted(string Id, string Object, bool Deleted);
