using Platform.Agents.Answering;
using Platform.Agents.Tools;
using Platform.Retrieval.Access;

namespace Platform.Agents.Definitions;

/// <summary>Knows which parts of definitions this installation has.</summary>
internal sealed class PresentParts(ToolCatalog tools, IEvidence evidence, PresentModels models)
{
    /// <summary>Looks at what is here for the caller, for one definition or for several.</summary>
    public PresentLook Look(Caller caller) => new(caller, tools, evidence, models);

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
}
