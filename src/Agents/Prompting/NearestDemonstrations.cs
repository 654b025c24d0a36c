using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Platform.Agents.Definitions;

namespace Platform.Agents.Prompting;

/// <summary>Chooses from an agent's store of demonstrations those that are nearest to a question by meaning.</summary>
internal sealed class NearestDemonstrations(IEmbeddingGenerator<string, Embedding<float>> embeddings)
{
    /// <summary>In the order in which the prompt is to show them.</summary>
    public async Task<IReadOnlyList<Demonstration>> ForAsync(string question, PromptingSettings settings, CancellationToken cancellation)
    {
        var store = settings.Demonstrations ?? [];
        if (settings.Reasoning == ReasoningMode.FewShot)
            store = [.. store.Where(d => d.Reasoning.Length > 0)];
        if (store.Count == 0 || settings.Shown == 0)
            return [];
        if (store.Count <= settings.Shown && settings.Order == DemonstrationOrder.AsListed)
            return store;
        var vectors = await embeddings.GenerateAsync([question, .. store.Select(d => d.Question)], null, cancellation);
        var nearest = Enumerable.Range(0, store.Count)
            .OrderByDescending(i => TensorPrimitives.CosineSimilarity(vectors[0].Vector.Span, vectors[i + 1].Vector.Span)).ThenBy(i => i).Take(settings.Shown).ToList();
        if (settings.Order == DemonstrationOrder.AsListed)
            nearest.Sort();
        else if (settings.Order == DemonstrationOrder.NearestLast)
            nearest.Reverse();
        return [.. nearest.Select(i => store[i])];
    }
}
