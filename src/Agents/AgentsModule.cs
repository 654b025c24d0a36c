using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.Agents;

/// <summary>Registers this room and Retrieval.</summary>
public static class AgentsModule
{
    public static IServiceCollection AddAgents(this IServiceCollection services, IConfiguration configuration) => throw new NotImplementedException();

    /// <summary>Makes the tables of this room and of Retrieval, and ends runs that a crash interrupted; call before the host starts.</summary>
    public static Task PrepareAgentsAsync(this IServiceProvider services, CancellationToken cancellation) => throw new NotImplementedException();
}
