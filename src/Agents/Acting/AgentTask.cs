using System.Text.Json.Serialization;
using Platform.Agents.Definitions;
using Platform.Agents.Memory;
using Platform.Agents.Tools.Recorded;

namespace Platform.Agents.Acting;

/// <summary>What a run of an agent was started with. Stored with the run, so that it goes on as it began whatever becomes of the agent.</summary>
/// <param name="Version">Null for a draft.</param>
/// <param name="UserName">For the instructions' variables.</param>
/// <param name="AsAdministrator">Whether who started it was an administrator: a run that is gone on with has the same rights, as far as the person still has them.</param>
/// <param name="Depth">0 for an agent that a person started.</param>
public sealed record AgentTask(Guid AgentId, int? Version, AgentDefinition Definition, string UserName, bool AsAdministrator, int Depth = 0)
{
    /// <summary>The person's time zone, such as Europe/Berlin; empty, or one that is not known here, for UTC.</summary>
    public string TimeZone { get; init; } = "";

    internal TimeZoneInfo Zone => KnownZone.Find(TimeZone) ?? TimeZoneInfo.Utc;

    /// <summary>Most tokens of its answer, where who asks wants no longer one; null for the agent's own longest.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MostAnswerTokens { get; init; }

    /// <summary>The moment that it takes for now, as when a run is done again with what was recorded; null for the real one.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>What stands in its prompt of what it remembers; null to recall it.</summary>
    public IReadOnlyList<RecalledEntry>? Remembered { get; init; }

    /// <summary>What calls come to, none of which is then made or asked about; null where they are made.</summary>
    public IReadOnlyList<RecordedCall>? Recorded { get; init; }
}
