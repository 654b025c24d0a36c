using Microsoft.Extensions.Localization;
using Platform.Agents.Definitions;

namespace Platform.Web.Features.Agents.Editing;

/// <summary>What is wrong with a definition, in the person's language.</summary>
public static class FaultWords
{
    /// <summary>Nothing is there yet, where something must be.</summary>
    public static bool IsEmpty(this DefinitionFault fault) => fault is { Kind: DefinitionFaultKind.Length, Values: [_, _, 0] };

    public static string Of(DefinitionFault fault, IStringLocalizer<AgentsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentNullException.ThrowIfNull(texts);
        return fault.IsEmpty() ? texts["Fault_Empty"] : fault.Kind == DefinitionFaultKind.Other ? texts["Fault_Other", fault.Path, fault.Message] : texts[$"Fault_{fault.Kind}", [.. fault.Values]];
    }
}
