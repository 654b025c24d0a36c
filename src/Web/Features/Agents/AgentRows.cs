using Platform.Agents.Definitions;

namespace Platform.Web.Features.Agents;

/// <summary>In which order the list stands.</summary>
public enum AgentOrder { Changed, Name }

/// <summary>Which agents the list shows.</summary>
public static class AgentRows
{
    /// <summary>Those whose name, slug, description or tags hold every word, in the given order.</summary>
    public static IEnumerable<Agent> Pick(IReadOnlyList<Agent> agents, string wanted, AgentOrder order)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var words = wanted.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var found = agents.Where(agent => words.All(word => Holds(agent, word)));
        return order == AgentOrder.Name ? found.OrderBy(agent => agent.Name, StringComparer.CurrentCultureIgnoreCase) : found.OrderByDescending(agent => agent.UpdatedAt);
    }

    private static bool Holds(Agent agent, string word) =>
        agent.Tags.Prepend(agent.Description).Prepend(agent.Slug).Prepend(agent.Name).Any(text => text.Contains(word, StringComparison.CurrentCultureIgnoreCase));
}
