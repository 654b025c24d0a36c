namespace Platform.Web.Features.Agents;

/// <summary>Registers what the agents' pages need.</summary>
public static class AgentsModule
{
    public static IServiceCollection AddAgentPages(this IServiceCollection services) => services.AddScoped<AgentsWindow>();
}
