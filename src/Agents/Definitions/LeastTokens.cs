using Platform.Agents.Acting;
using Platform.Agents.Tools;
using Platform.ModelHost.Client;

namespace Platform.Agents.Definitions;

/// <summary>The fewest tokens with which a run of an agent can take a step before it must answer.</summary>
public static class LeastTokens
{
    private const int RulesAndQuestion = 150;

    /// <summary>About; of the first prompt without what is remembered and what was said before. With a smaller limit the answer is forced at once.</summary>
    /// <param name="tools">Those that are here, whether or not the agent has them.</param>
    public static int Of(AgentDefinition definition, IEnumerable<AgentTool> tools)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(tools);
        var offered = tools.Where(tool => definition.Tools.Any(setting => setting.Name == tool.Name && setting.Policy != ToolPolicy.Never)).ToList();
        var prompt = RulesAndQuestion + TokenEstimate.Of(definition.Instructions)
            + offered.Sum(tool => TokenEstimate.Of($"{tool.Name} {tool.Description} {tool.Parameters.GetRawText()}"))
            + (definition.Prompting.Demonstrations ?? []).Select(shown => TokenEstimate.Of($"{shown.Question} {shown.Reasoning} {shown.Answer}")).Order().Take(definition.Prompting.Shown).Sum();
        return RunLimit.LeastFor(prompt, acts: offered.Count > 0 || definition.Planning != PlanningMode.None);
    }
}
