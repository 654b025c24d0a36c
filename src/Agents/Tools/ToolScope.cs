using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Retrieval.Access;

namespace Platform.Agents.Tools;

/// <summary>On whose behalf, and inside which run, a tool is called.</summary>
/// <param name="BaseIds">The bases that the agent was given; the caller's rights still decide. None means all that the caller may read.</param>
/// <param name="Depth">0 for the agent that a person started; one more for each agent that called another.</param>
public sealed record ToolScope(Caller Caller, Guid RunId, IReadOnlyList<Guid> BaseIds, int Depth = 0)
{
    /// <summary>Of the call, unique in the run.</summary>
    public string CallId { get; init; } = "";

    /// <summary>The agent that calls, and what it may keep beyond a conversation.</summary>
    public Guid AgentId { get; init; }
    public MemoryScope Memory { get; init; }

    /// <summary>The person's name as the run's instructions have it.</summary>
    public string UserName { get; init; } = "";

    /// <summary>What a call may take of the run's limits: tokens, and time of work.</summary>
    public int TokensLeft { get; init; } = int.MaxValue;
    public TimeSpan TimeLeft { get; init; } = TimeSpan.MaxValue;

    /// <summary>The person's time zone. Default UTC.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Of what the program itself says to the model.</summary>
    internal AnswerLanguage Language { get; init; }

    /// <summary>Calls of tools that what is called may make itself.</summary>
    public int CallsLeft { get; init; } = int.MaxValue;

    /// <summary>The moment that counts as now; null for the real one.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Passages of a search whose call does not say how many; 0 for the tool's own number.</summary>
    public int Passages { get; init; }

    /// <summary>Least relevance of a passage, 0 to 1.</summary>
    public double MinRelevance { get; init; }

    /// <summary>The numbers of the run's citations: one object for all calls of a run, so that [3] names one span.</summary>
    public CitationNumbers Numbers { get; init; } = new();
}
