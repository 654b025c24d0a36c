using Platform.Agents.Definitions;

namespace Platform.Agents.Storage;

internal sealed class AgentRow
{
    public Guid Id { get; set; }
    public required string OwnerId { get; set; }

    /// <summary>The draft's, unique.</summary>
    public required string Slug { get; set; }
    public AgentVisibility Visibility { get; set; }

    /// <summary>JSON of an AgentDefinition.</summary>
    public required string Draft { get; set; }
    public int? PublishedVersion { get; set; }

    /// <summary>Raised with each change: of two who change it at once, one is told.</summary>
    public int Revision { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class AgentVersionRow
{
    public Guid AgentId { get; set; }
    public int Number { get; set; }

    /// <summary>JSON of an AgentDefinition.</summary>
    public required string Definition { get; set; }
    public string Note { get; set; } = "";
    public required string PublishedBy { get; set; }
    public DateTimeOffset PublishedAt { get; set; }
}
