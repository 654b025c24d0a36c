namespace Platform.Agents.Storage;

internal sealed class PromptRow
{
    public Guid Id { get; set; }
    public required string OwnerId { get; set; }
    public required string Name { get; set; }
    public bool Shared { get; set; }

    /// <summary>Number of the newest version.</summary>
    public int Version { get; set; }

    /// <summary>Raised with each change: of two who change it at once, one is told.</summary>
    public int Revision { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class PromptVersionRow
{
    public Guid PromptId { get; set; }
    public int Number { get; set; }
    public required string Text { get; set; }
    public string Note { get; set; } = "";
    public required string SavedBy { get; set; }
    public DateTimeOffset SavedAt { get; set; }
}
