using Microsoft.Extensions.Localization;
using Platform.Agents.Definitions;
using Platform.Web.Layout;

namespace Platform.Web.Features.Agents;

/// <summary>What an agent names and there is not, in one sentence in the person's language.</summary>
public static class GapWords
{
    public static string Of(IReadOnlyList<DefinitionFault> away, IStringLocalizer<AgentsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(away);
        ArgumentNullException.ThrowIfNull(texts);
        var bases = away.Count(fault => fault.Kind == DefinitionFaultKind.BaseAway);
        var named = away.Where(fault => fault.Kind != DefinitionFaultKind.BaseAway).Select(fault => texts[fault.Kind == DefinitionFaultKind.ToolAway ? "LacksTool" : "LacksModel", fault.Values[0]].Value);
        return texts["Lacks", string.Join(texts["ListComma"], bases > 0 ? named.Append(texts.Count("LacksBases", bases)) : named)];
    }
}
