using Platform.Training.Rows;

namespace Platform.Training.Datasets;

/// <summary>A collection of rows of one kind.</summary>
/// <param name="Rows">All that it has, of which <paramref name="Approved"/> may be learned from and <paramref name="New"/> wait for a person.</param>
/// <param name="Tokens">Of the approved rows, estimated.</param>
/// <param name="LatestVersion">Number of the last frozen version; null when there is none.</param>
public sealed record Dataset(
    Guid Id, string Name, string Description, RowKind Kind, int Rows, int Approved, int New, long Tokens, int? LatestVersion, string OwnerId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A frozen state: the same number always has the same rows.</summary>
/// <param name="Sha256">Of its rows; what a job and an adapter remember it by.</param>
/// <param name="HeldBack">Rows that are kept for evaluation.</param>
/// <param name="Share">Of the rows that were to be held back, 0 to 0.5.</param>
/// <param name="Seed">Of the split.</param>
public sealed record DatasetVersion(Guid DatasetId, int Number, string Sha256, int Rows, int HeldBack, long Tokens, double Share, long Seed, string Note, string CreatedBy, DateTimeOffset CreatedAt);
