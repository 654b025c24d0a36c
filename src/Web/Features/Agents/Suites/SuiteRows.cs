using Platform.Agents.Testing;

namespace Platform.Web.Features.Agents.Suites;

/// <summary>Which suites the list shows.</summary>
public static class SuiteRows
{
    /// <summary>Those whose name or agent holds every word, in the given order.</summary>
    /// <param name="agentOf">The name of a suite's agent.</param>
    public static IEnumerable<TestSuite> Pick(IReadOnlyList<TestSuite> suites, Func<TestSuite, string> agentOf, string wanted, AgentOrder order)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var words = wanted.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var found = suites.Where(suite => words.All(word => $"{suite.Name}\n{agentOf(suite)}".Contains(word, StringComparison.CurrentCultureIgnoreCase)));
        return order == AgentOrder.Name ? found.OrderBy(suite => suite.Name, StringComparer.CurrentCultureIgnoreCase) : found.OrderByDescending(suite => suite.UpdatedAt);
    }
}
