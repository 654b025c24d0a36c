using System.Text.Json.Serialization;
using Platform.Agents.Runs;

namespace Platform.Agents.Definitions;

/// <summary>Who finds an agent besides its owner and the administrators: nobody, or everybody once it is published. Stored by number: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<AgentVisibility>))]
public enum AgentVisibility { Private = 0, Everyone = 1 }

/// <summary>An agent as lists show it.</summary>
/// <param name="PublishedVersion">The version that runs, from 1; null while none is published.</param>
/// <param name="HasUnpublished">Whether the draft is another than the published version.</param>
/// <param name="Revision">Of the draft; raised with each save.</param>
/// <param name="MayChange">Whether who asked may change it.</param>
public sealed record Agent(
    Guid Id, string OwnerId, string Slug, string Name, string Description, string Avatar, IReadOnlyList<string> Tags, AgentVisibility Visibility,
    int? PublishedVersion, bool HasUnpublished, int Revision, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, bool MayChange)
{
    /// <summary>The model that the published version is set to, with its adapters' (base:adapter@version); empty for the usual one, or where none is published.</summary>
    public string Model { get; init; } = "";
}

/// <summary>A published version. What stands in it never changes.</summary>
public sealed record AgentVersion(Guid AgentId, int Number, AgentDefinition Definition, string Note, string PublishedBy, DateTimeOffset PublishedAt);

/// <summary>What an agent is used for, and what goes with it when it is deleted.</summary>
/// <param name="Agents">Names of other agents that may call it.</param>
/// <param name="Runs">Of all people; they stay.</param>
/// <param name="Memories">Entries of all people; they go.</param>
public sealed record AgentUses(IReadOnlyList<string> Agents, int Runs, int Memories, int Schedules, int Suites);

/// <summary>The slug is another agent's, or the draft was changed by somebody else meanwhile.</summary>
public sealed class AgentConflictException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether another agent has the slug; else the agent is another than it was.</summary>
    public bool IsSlugTaken { get; init; }
}

/// <summary>Which agents search a base by name.</summary>
/// <param name="Names">Of those that the caller sees, <see cref="MostNames"/> at most.</param>
/// <param name="More">How many the caller sees beside them.</param>
/// <param name="Others">How many there are that the caller does not see.</param>
public sealed record BaseUses(IReadOnlyList<string> Names, int More, int Others)
{
    public const int MostNames = 20;
}
