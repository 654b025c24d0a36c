using Platform.Agents.Definitions;
using Platform.Agents.Memory;

namespace Platform.Agents.Prompting;

/// <summary>Chooses from an agent's store of demonstrations those that are nearest to a question by meaning.</summary>
internal sealed class NearestDemonstrations(KeptVectors vectors)
{
    /// <summary>In the order in which the prompt is to show them.</summary>
    public async Task<IReadOnlyList<Demonstration>> ForAsync(Guid agentId, string question, PromptingSettings settings, CancellationToken cancellation)
    {
        var store = settings.Demonstrations ?? [];
        if (settings.Reasoning == ReasoningMode.FewShot)
            store = [.. store.Where(d => d.Reasoning.Length > 0)];
        if (store.Count == 0 || settings.Shown == 0)
            return [];
        if (store.Count <= settings.Shown && settings.Order == DemonstrationOrder.AsListed)
            return store;
        var likeness = await vectors.LikenessAsync(agentId, VectorUse.Demonstration, question, [.. store.Select(d => d.Question)], cancellation);
        var nearest = Enumerable.Range(0, store.Count)
            .OrderByDescending(i => likeness[i]).ThenBy(i => i).Take(settings.Shown).ToList();
        if (settings.Order == DemonstrationOrder.AsListed)
            nearest.Sort();
        else if (settings.Order == DemonstrationOrder.NearestLast)
            nearest.Reverse();
        return [.. nearest.Select(i => store[i])];
    }
}
