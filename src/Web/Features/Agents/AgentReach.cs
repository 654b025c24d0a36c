using Platform.Agents.Definitions;
using Platform.Agents.Tools;

namespace Platform.Web.Features.Agents;

/// <summary>What an agent can bring about by asking others, and they by asking further ones.</summary>
public static class AgentReach
{
    /// <summary>The effects of the tools of all agents that it may ask, itself not counted; none where it may ask nobody.</summary>
    /// <param name="tools">What this installation has.</param>
    /// <param name="find">The definition that runs under a name for programs; null where the person sees none.</param>
    public static async Task<ToolEffects> BeyondAsync(AgentDefinition definition, IReadOnlyCollection<AgentTool> tools, Func<string, Task<AgentDefinition?>> find)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(find);
        var effects = ToolEffects.None;
        Queue<string> wanted = new(Asked(definition));
        HashSet<string> seen = [.. wanted];
        while (wanted.TryDequeue(out var slug))
        {
            if (await find(slug) is not { } other)
            {
                continue;
            }
            effects |= Of(other, tools);
            foreach (var further in Asked(other).Where(seen.Add))
            {
                wanted.Enqueue(further);
            }
        }
        return effects;
    }

    /// <summary>The effects of its own tools.</summary>
    public static ToolEffects Of(AgentDefinition definition, IReadOnlyCollection<AgentTool> tools)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return tools.Where(tool => May(definition, tool.Name)).Aggregate(ToolEffects.None, (all, tool) => all | tool.Effects);
    }

    /// <summary>Whether it has any tool of a server or an imported API, whose tools bear its name.</summary>
    public static bool UsesOrigin(AgentDefinition definition, string origin)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return definition.Tools.Any(tool => tool.Policy != ToolPolicy.Never && tool.Name.StartsWith(ToolNames.PrefixOf(origin), StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> Asked(AgentDefinition definition) => May(definition, ToolNames.AskAgent) ? definition.Agents : [];

    /// <summary>Whether it has a tool.</summary>
    public static bool May(AgentDefinition definition, string tool) => (definition ?? throw new ArgumentNullException(nameof(definition))).Tools.Any(setting => setting.Name == tool && setting.Policy != ToolPolicy.Never);
}
