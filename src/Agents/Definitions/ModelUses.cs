using Microsoft.EntityFrameworkCore;
using Platform.Agents.Runs;
using Platform.Agents.Storage;

namespace Platform.Agents.Definitions;

/// <summary>A published agent that answers with something.</summary>
public sealed record AgentUse(Guid Id, string Slug, string Name);

/// <summary>Which published agents answer with a model or with an adapter, whoever owns them: for administrators, who would take it away from them.</summary>
public sealed class ModelUses
{
    private readonly IDbContextFactory<AgentsContext> contexts;

    internal ModelUses(IDbContextFactory<AgentsContext> contexts) => this.contexts = contexts;

    /// <summary>Those that name the model, alone or with adapters; by name.</summary>
    /// <param name="model">Id of a base model.</param>
    public Task<IReadOnlyList<AgentUse>> OfModelAsync(string model, CancellationToken cancellation) =>
        FindAsync(settings => string.Equals(settings.Id.Split(':')[0], model, StringComparison.OrdinalIgnoreCase), cancellation);

    /// <summary>Those that name a version of an adapter, or the adapter without a version where this is the one that it means; by name.</summary>
    /// <param name="isServed">It is what the adapter's name alone means.</param>
    public async Task<IReadOnlyList<AgentUse>> OfAdapterAsync(string adapter, int version, bool isServed, CancellationToken cancellation) =>
        (await OfAdaptersAsync(cancellation)).Of(adapter, version, isServed);

    /// <summary>Those that name any adapter, read once for as many versions as are asked for.</summary>
    public async Task<AdapterUses> OfAdaptersAsync(CancellationToken cancellation) =>
        new([.. (await PublishedAsync(cancellation)).Select(agent => (agent.Use, Names(agent.Model))).Where(agent => agent.Item2.Any())]);

    private static IEnumerable<string> Names(ModelSettings settings) =>
        [.. settings.Id.Split(':', 2) is [_, var adapter] ? [adapter] : Array.Empty<string>(), .. (settings.Adapters ?? []).Select(one => one.Name)];

    private async Task<IReadOnlyList<AgentUse>> FindAsync(Func<ModelSettings, bool> uses, CancellationToken cancellation) =>
        [.. (await PublishedAsync(cancellation)).Where(one => uses(one.Model)).Select(one => one.Use)];

    private async Task<IEnumerable<(AgentUse Use, ModelSettings Model)>> PublishedAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var published = await db.Agents.AsNoTracking().Join(db.AgentVersions, agent => agent.Id, version => version.AgentId, (agent, version) => new { agent.Id, agent.Slug, agent.PublishedVersion, version.Number, version.Definition })
            .Where(one => one.Number == one.PublishedVersion).ToListAsync(cancellation);
        return published.Select(one => (one.Id, one.Slug, Definition: RunJson.Read<AgentDefinition>(one.Definition)))
            .Select(one => (Use: new AgentUse(one.Id, one.Slug, one.Definition.Name), one.Definition.Model)).OrderBy(one => one.Use.Name, StringComparer.CurrentCulture);
    }
}

/// <summary>The published agents that name adapters, as they were at one moment.</summary>
public sealed class AdapterUses
{
    private readonly IReadOnlyList<(AgentUse Use, IEnumerable<string> Names)> agents;

    internal AdapterUses(IReadOnlyList<(AgentUse Use, IEnumerable<string> Names)> agents) => this.agents = agents;

    /// <inheritdoc cref="ModelUses.OfAdapterAsync"/>
    public IReadOnlyList<AgentUse> Of(string adapter, int version, bool isServed)
    {
        var whole = version > 0 ? FormattableString.Invariant($"{adapter}@{version}") : adapter;
        return [.. agents.Where(agent => agent.Names.Any(named => named == whole || (isServed && named == adapter))).Select(agent => agent.Use)];
    }
}
