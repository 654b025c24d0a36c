using Platform.Agents.Answering;
using Platform.Agents.Tools;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;

namespace Platform.Agents.Definitions;

/// <summary>Says which parts of definitions this installation lacks: runs would fail without them, or go on with less than the agent was made for. What is learned for one definition holds for the next, so that many are not as many questions to the database, to servers of tools and to the model service. One at a time.</summary>
internal sealed class PresentLook(Caller caller, ToolCatalog tools, IEvidence evidence, PresentModels models)
{
    private readonly Dictionary<string, bool> hasTool = [];
    private readonly Dictionary<string, IReadOnlyList<DefinitionFault>> modelFaults = [];
    private HashSet<Guid>? bases;
    private bool modelsAreAway;

    /// <summary>Tools that are not here or cannot be reached now, bases that the caller does not see, the model, adapters. Of a model service that is away nothing is said.</summary>
    public async Task<IReadOnlyList<DefinitionFault>> FaultsAsync(AgentDefinition definition, CancellationToken cancellation)
    {
        Findings found = new();
        for (var i = 0; i < definition.Tools.Count; i++)
        {
            var (name, policy) = definition.Tools[i];
            if (policy != ToolPolicy.Never && !await HasToolAsync(name, cancellation))
                found.Add($"tools[{i}].name", DefinitionFaultKind.ToolAway, [name], $"This installation has no tool '{name}', or cannot reach it now. Take it out of the agent, or bring it back.");
        }
        await BasesAsync(definition.Knowledge.BaseIds ?? [], found, cancellation);
        return [.. await ModelAsync(definition.Model, cancellation), .. found.All];
    }

    private async Task<bool> HasToolAsync(string name, CancellationToken cancellation) =>
        hasTool.TryGetValue(name, out var known) ? known : hasTool[name] = await tools.FindAsync(name, cancellation) is not null;

    private async Task BasesAsync(IReadOnlyList<Guid> baseIds, Findings found, CancellationToken cancellation)
    {
        if (baseIds.Count == 0)
            return;
        bases ??= [.. (await evidence.BasesAsync(caller, cancellation)).Select(knowledge => knowledge.Id)];
        for (var i = 0; i < baseIds.Count; i++)
        {
            if (!bases.Contains(baseIds[i]))
                found.Add($"knowledge.baseIds[{i}]", DefinitionFaultKind.BaseAway, [baseIds[i]], $"The knowledge base {baseIds[i]} is deleted, or you may not see it. Take it out of the agent.");
        }
    }

    private async Task<IReadOnlyList<DefinitionFault>> ModelAsync(ModelSettings model, CancellationToken cancellation)
    {
        var key = string.Join('\n', [model.Id, .. (model.Adapters ?? []).Select(adapter => adapter.Name)]);
        if (modelsAreAway || modelFaults.TryGetValue(key, out var known))
            return modelFaults.GetValueOrDefault(key, []);
        try
        {
            return modelFaults[key] = [.. (await models.FaultsAsync(caller, model.Id, model.Adapters ?? [], cancellation)).Select(fault => fault with { Path = $"model.{fault.Path}" })];
        }
        catch (ModelHostException)
        {
            modelsAreAway = true;
            return []; // a run will say so, if it still is away
        }
    }
}
