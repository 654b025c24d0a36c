using Platform.Agents.Answering;
using Platform.Agents.Tools;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;

namespace Platform.Agents.Definitions;

/// <summary>Says which parts of a definition this installation lacks: its runs would fail without them, or go on with less than the agent was made for.</summary>
internal sealed class PresentParts(ToolCatalog tools, IEvidence evidence, PresentModels models)
{
    /// <summary>Tools that are not here or cannot be reached now, bases that the caller does not see, the model, adapters. Of a model service that is away nothing is said.</summary>
    public async Task<IReadOnlyList<DefinitionFault>> FaultsAsync(Caller caller, AgentDefinition definition, CancellationToken cancellation)
    {
        Findings found = new();
        for (var i = 0; i < definition.Tools.Count; i++)
        {
            var (name, policy) = definition.Tools[i];
            if (policy != ToolPolicy.Never && await tools.FindAsync(name, cancellation) is null)
                found.Add($"tools[{i}].name", DefinitionFaultKind.ToolAway, [name], $"This installation has no tool '{name}', or cannot reach it now. Take it out of the agent, or bring it back.");
        }
        await BasesAsync(caller, definition.Knowledge.BaseIds ?? [], found, cancellation);
        return [.. await ModelAsync(definition.Model, cancellation), .. found.All];
    }

    /// <summary>The names of a definition's bases, as far as the caller sees them.</summary>
    public async Task<IReadOnlyList<BaseName>> NamesAsync(Caller caller, AgentDefinition definition, CancellationToken cancellation) =>
        definition.Knowledge.BaseIds is { Count: > 0 } wanted ? [.. (await evidence.BasesAsync(caller, cancellation)).Where(knowledge => wanted.Contains(knowledge.Id)).Select(knowledge => new BaseName(knowledge.Id, knowledge.Name))] : [];

    /// <summary>A definition that was written elsewhere: in the place of a base that is not here stands the only one of its name that the caller sees, if there is one.</summary>
    public async Task<AgentDefinition> WithOwnBasesAsync(Caller caller, AgentDefinition definition, IReadOnlyList<BaseName> named, CancellationToken cancellation)
    {
        if (named.Count == 0 || definition.Knowledge.BaseIds is not { Count: > 0 } wanted)
            return definition;
        var here = await evidence.BasesAsync(caller, cancellation);
        return definition with { Knowledge = definition.Knowledge with { BaseIds = [.. wanted.Select(Own).Distinct()] } };

        Guid Own(Guid id) => here.Any(knowledge => knowledge.Id == id) || named.FirstOrDefault(one => one.Id == id) is not { } known
            || here.Where(knowledge => knowledge.Name == known.Name).Take(2).ToList() is not [var same] ? id : same.Id;
    }

    private async Task BasesAsync(Caller caller, IReadOnlyList<Guid> baseIds, Findings found, CancellationToken cancellation)
    {
        if (baseIds.Count == 0)
            return;
        var seen = (await evidence.BasesAsync(caller, cancellation)).Select(knowledge => knowledge.Id).ToHashSet();
        for (var i = 0; i < baseIds.Count; i++)
        {
            if (!seen.Contains(baseIds[i]))
                found.Add($"knowledge.baseIds[{i}]", DefinitionFaultKind.BaseAway, [baseIds[i]], $"The knowledge base {baseIds[i]} is deleted, or you may not see it. Take it out of the agent.");
        }
    }

    private async Task<IEnumerable<DefinitionFault>> ModelAsync(ModelSettings model, CancellationToken cancellation)
    {
        try
        {
            return (await models.FaultsAsync(model.Id, model.Adapters ?? [], cancellation)).Select(fault => fault with { Path = $"model.{fault.Path}" });
        }
        catch (ModelHostException)
        {
            return []; // a run will say so, if it still is away
        }
    }
}
