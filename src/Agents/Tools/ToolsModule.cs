using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Agents.Storage;
using Platform.Agents.Answering;
using Platform.Agents.Tools.Calculating;
using Platform.Agents.Tools.Dates;
using Platform.Agents.Tools.Fetching;
using Platform.Agents.Tools.Mcp;
using Platform.Agents.Tools.OpenApi;
using Platform.Agents.Tools.Outbound;
using Platform.Agents.Tools.Reading;
using Platform.Agents.Tools.Settings;
using Platform.Agents.Tools.Tables;
using Platform.Retrieval.Reading;

namespace Platform.Agents.Tools;

/// <summary>Registers the tools of this installation and their catalog.</summary>
internal static class ToolsModule
{
    public static IServiceCollection AddAgentTools(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ToolsOptions>().Bind(configuration.GetSection("Agents:Tools")).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(provider => new ToolSettingsBook(
            provider.GetRequiredService<IOptions<ToolsOptions>>().Value, provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(_ => new OutboundHttp(RefusedNetworks.All));
        services.AddSingleton<AgentTool, CalculatorTool>().AddSingleton<AgentTool, DateTimeTool>();
        services.AddSingleton<AgentTool>(provider => new SearchDocumentsTool(provider.GetRequiredService<IEvidence>()));
        services.AddSingleton<AgentTool>(provider => new ReadPassageTool(provider.GetRequiredService<IEvidence>()));
        services.AddSingleton<AgentTool>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ToolsOptions>>().Value;
            var settings = provider.GetRequiredService<ToolSettingsBook>();
            PageFetch fetch = new(provider.GetRequiredService<OutboundHttp>(), async cancellation => new AllowedHosts((await settings.CurrentAsync(cancellation)).FetchHosts), provider.GetRequiredService<ReaderByContent>(), options.FetchBytes);
            return new FetchPageTool(fetch, options.FetchTimeout);
        });
        services.TryAddSingleton(_ => QueryProcesses.OfThisProgram());
        services.AddSingleton<AgentTool>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ToolsOptions>>().Value;
            return new QueryTableTool(new TableShelf(provider.GetRequiredService<IEvidence>(), options.TableRows), provider.GetRequiredService<QueryProcesses>(), options.QueryTimeout, options.QueryBytes);
        });
        services.AddSingleton<IToolSource, McpServers>().AddSingleton<IToolSource, ImportedApis>();
        services.TryAddSingleton<ToolCatalog>();
        return services;
    }
}
