using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Agents.Answering;
using Platform.Agents.Tools.Calculating;
using Platform.Agents.Tools.Reading;

namespace Platform.Agents.Tools;

/// <summary>Registers the tools of this installation and their catalog.</summary>
internal static class ToolsModule
{
    public static IServiceCollection AddAgentTools(this IServiceCollection services)
    {
        services.AddSingleton<AgentTool, CalculatorTool>();
        services.AddSingleton<AgentTool>(provider => new SearchDocumentsTool(provider.GetRequiredService<IEvidence>()));
        services.AddSingleton<AgentTool>(provider => new ReadPassageTool(provider.GetRequiredService<IEvidence>()));
        services.TryAddSingleton<ToolCatalog>();
        return services;
    }
}
