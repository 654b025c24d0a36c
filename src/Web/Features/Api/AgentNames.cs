using Platform.Agents.Definitions;
using Platform.Retrieval.Access;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>The agents that a caller may use, by the names that programs know them under.</summary>
internal sealed class AgentNames
{
    private readonly IReadOnlyDictionary<Guid, string> slugs;

    private AgentNames(IReadOnlyDictionary<Guid, string> slugs) => this.slugs = slugs;

    public static async Task<AgentNames> OfAsync(Caller caller, AgentLibrary agents, CancellationToken gone) =>
        new((await agents.ListAsync(caller, gone)).ToDictionary(agent => agent.Id, agent => agent.Slug));

    /// <summary>Null for one that is not the caller's to use any more.</summary>
    public string? Of(Guid agentId) => slugs.GetValueOrDefault(agentId);

    /// <summary>clerk, or agent:clerk. RefusedRequestException (404) where there is none.</summary>
    public Guid Find(string named)
    {
        var slug = named.StartsWith(AgentRuns.ModelPrefix, StringComparison.Ordinal) ? named[AgentRuns.ModelPrefix.Length..] : named;
        return slugs.Where(agent => agent.Value == slug).Select(agent => (Guid?)agent.Key).FirstOrDefault()
            ?? throw new RefusedRequestException(new Problem(404, "invalid_request_error", "not_found", $"The agent '{RequestFields.Short(slug)}' does not exist, or is not this account's to use.", Param: "agent"));
    }
}
