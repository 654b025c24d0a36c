namespace Platform.Retrieval.Bases;

/// <summary>A stored knowledge base.</summary>
internal sealed class BaseRow
{
    public Guid Id { get; set; }

    public required string Name { get; set; }

    /// <summary>The name folded for comparison.</summary>
    public required string NameKey { get; set; }

    public required string Description { get; set; }

    public required string OwnerId { get; set; }

    public bool Shared { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}
