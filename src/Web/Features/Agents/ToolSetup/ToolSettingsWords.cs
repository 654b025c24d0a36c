using Microsoft.Extensions.Localization;
using Platform.Agents.Tools.Settings;

namespace Platform.Web.Features.Agents.ToolSetup;

/// <summary>Why settings of tools were not taken, in the person's language.</summary>
public static class ToolSettingsWords
{
    public static string Of(ToolSettingsException refused, IStringLocalizer<AgentsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(refused);
        ArgumentNullException.ThrowIfNull(texts);
        return texts[$"ToolFault_{refused.Fault}", refused.Value];
    }
}
