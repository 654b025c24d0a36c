namespace Platform.Retrieval.Bases;

/// <summary>A knowledge base with its counts. Private to its owner and administrators unless <see cref="Shared"/> (then every signed-in person reads it; only the owner and administrators change it).</summary>
public sealed record KnowledgeBase(
    Guid Id, string Name, string Description, string OwnerId, bool Shared, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    int Documents, int Ready, int Failed, int InProgress, long Passages, long Bytes);
