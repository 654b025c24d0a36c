namespace Platform.Retrieval.Evaluation;

/// <summary>Stored golden questions.</summary>
internal sealed class GoldenSetRow
{
    public Guid Id { get; set; }

    public Guid BaseId { get; set; }

    public required string Name { get; set; }

    public int Questions { get; set; }

    /// <summary>JSON lines, as they came.</summary>
    public required string Content { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}
