using Platform.Agents.Definitions;

namespace Platform.Web.Features.Models;

/// <summary>A model or an adapter is not deleted: published agents answer with it.</summary>
public sealed class ModelInUseException(string subject, IReadOnlyList<AgentUse> agents) : Exception($"'{subject}' is used by {string.Join(", ", agents.Select(agent => agent.Name))}. Choose something else for them, or withdraw them, first.")
{
    /// <summary>Who answers with it, by name.</summary>
    public IReadOnlyList<AgentUse> Agents { get; } = agents;
}
