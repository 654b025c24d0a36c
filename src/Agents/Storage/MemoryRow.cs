namespace Platform.Agents.Storage;

internal sealed class MemoryRow
{
    public Guid Id { get; set; }
    public Guid AgentId { get; set; }
    public required string OwnerId { get; set; }
    public bool Shared { get; set; }
    public required string Text { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}
