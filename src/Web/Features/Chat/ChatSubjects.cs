using Platform.Agents.Acting;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.ModelHost.Client;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Web.Host;

namespace Platform.Web.Features.Chat;

/// <summary>Who can be asked in a chat, and what they did.</summary>
public sealed class ChatSubjects(AgentLibrary agents, ServedModels models, RunArchive archive, CurrentAsker asking, ILogger<ChatSubjects> log)
{
    /// <summary>Published agents that the person sees, by name.</summary>
    public async Task<IReadOnlyList<Agent>> AgentsAsync(Caller caller, CancellationToken cancellation) =>
        [.. (await agents.ListAsync(caller, cancellation)).Where(agent => agent.PublishedVersion is not null).OrderBy(agent => agent.Name, StringComparer.CurrentCultureIgnoreCase)];

    /// <summary>Models that can chat, as the service lists them; null while it is away.</summary>
    public async Task<IReadOnlyList<ServedModel>?> ModelsAsync(CancellationToken cancellation)
    {
        try
        {
            return [.. (await models.ListAsync(cancellation)).Where(model => model.CanChat)];
        }
        catch (ModelHostException away)
        {
            log.LogInformation(away, "The models could not be listed");
            return null;
        }
    }

    /// <summary>Of those, the ones that a person is offered: an administrator each version of an adapter, others the adapter's name alone, which means what was let through; null while the service is away.</summary>
    public async Task<IReadOnlyList<ServedModel>?> OfferedAsync(Caller caller, CancellationToken cancellation) =>
        await ModelsAsync(cancellation) is { } all ? Offered(caller, all) : null;

    internal static IReadOnlyList<ServedModel> Offered(Caller caller, IReadOnlyList<ServedModel> all) =>
        [.. all.Where(model => caller.IsAdministrator || !IsAdapter(model, all) || !IsVersion(model.Id))];

    /// <summary>The model that answers where none is named; null while the service is away.</summary>
    public async Task<ServedModel?> UsualAsync(CancellationToken cancellation)
    {
        try
        {
            return await models.ChatModelAsync(cancellation);
        }
        catch (ModelHostException away)
        {
            log.LogInformation(away, "The model that answers is not known");
            return null;
        }
    }

    /// <summary>Names of the adapters that stand for a model, or for the one that a model with an adapter is made of.</summary>
    /// <param name="served">Ids of models.</param>
    public static IReadOnlyList<string> AdaptersOf(string model, IReadOnlyList<string> served)
    {
        ArgumentNullException.ThrowIfNull(model);
        var based = $"{served.Where(id => model.StartsWith($"{id}:", StringComparison.Ordinal)).MinBy(id => id.Length) ?? model}:";
        return [.. served.Where(id => id.StartsWith(based, StringComparison.Ordinal)).Select(id => id[based.Length..]).Distinct()];
    }

    /// <summary>Whether an adapter's id names one version of it, as base:name@2.</summary>
    public static bool IsVersion(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id[(id.LastIndexOf(':') + 1)..].Contains('@', StringComparison.Ordinal);
    }

    /// <summary>The model that an agent works with, where it cannot do an agent's work; null where it can, or nobody knows.</summary>
    public async Task<string?> WeakModelAsync(AgentDefinition definition, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(definition);
        try
        {
            var model = definition.Model.Id.Length == 0 ? await models.ChatModelAsync(cancellation) : (await models.ListAsync(cancellation)).FirstOrDefault(model => model.Id == definition.Model.Id);
            return model is { CanAnswer: false } weak ? weak.Id : null;
        }
        catch (ModelHostException away)
        {
            log.LogInformation(away, "What an agent's model can do is not known");
            return null;
        }
    }

    /// <summary>The version of an agent that runs; null where it is gone, or nothing of it is published.</summary>
    public async Task<AgentVersion?> PublishedAsync(Caller caller, Guid agentId, CancellationToken cancellation)
    {
        try
        {
            return await agents.PublishedAsync(caller, (await agents.GetAsync(caller, agentId, cancellation)).Slug, cancellation);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <summary>What a run of the agent is started with.</summary>
    public async Task<AgentTask> TaskAsync(Caller caller, AgentVersion version)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(version);
        var asker = await asking.GetAsync();
        return new(version.AgentId, version.Number, version.Definition, asker.Name, caller.IsAdministrator) { TimeZone = asker.TimeZone };
    }

    /// <summary>What a run did, as far as it is stored.</summary>
    public async Task<RunTrace> TraceAsync(Caller caller, Guid runId, CancellationToken cancellation) => RunTrace.Of(await archive.EventsAsync(caller, runId, cancellation));

    /// <summary>Whether a served model is another's with an adapter.</summary>
    public static bool IsAdapter(ServedModel model, IEnumerable<ServedModel> all) => all.Any(other => other.Id != model.Id && model.Id.StartsWith($"{other.Id}:", StringComparison.Ordinal));
}
