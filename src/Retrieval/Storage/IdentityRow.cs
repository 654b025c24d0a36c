namespace Platform.Retrieval.Storage;

/// <summary>The one row that tells this database from others: a data folder remembers whose files it holds by it.</summary>
internal sealed class IdentityRow
{
    /// <summary>Always 1.</summary>
    public int One { get; set; }

    public required string Id { get; set; }
}
