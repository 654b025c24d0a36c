using Microsoft.Extensions.Localization;
using Platform.Agents.Tools;

namespace Platform.Web.Features.Agents.Editing;

/// <summary>Tools as people read of them: our own in the person's language, those of others as they describe themselves (untrusted).</summary>
public static class ToolWords
{
    public static string Name(AgentTool tool, IStringLocalizer<AgentsTexts> texts) => Own(tool, "Tool", texts) ?? tool.Name;

    public static string About(AgentTool tool, IStringLocalizer<AgentsTexts> texts) => Own(tool, "ToolAbout", texts) ?? tool.Description;

    /// <summary>Each effect that a tool has.</summary>
    public static ToolEffects[] EffectsOf(ToolEffects effects) => [.. Enum.GetValues<ToolEffects>().Where(effect => effect != ToolEffects.None && effects.HasFlag(effect))];

    private static string? Own(AgentTool tool, string kind, IStringLocalizer<AgentsTexts> texts) =>
        tool.Origin.Length == 0 && texts[$"{kind}_{tool.Name}"] is { ResourceNotFound: false } words ? words.Value : null;
}
