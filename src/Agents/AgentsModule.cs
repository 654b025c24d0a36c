using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.Agents.Answering;
using Platform.Agents.Answering.Generating;
using Platform.Agents.Answering.Quoting;
using Platform.Agents.Approvals;
using Platform.Agents.Conversations;
using Platform.Agents.Definitions;
using Platform.Agents.Acting;
using Platform.Agents.Forking;
using Platform.Agents.Memory;
using Platform.Agents.Nesting;
using Platform.Agents.Planning;
using Platform.Agents.Prompting;
using Platform.Agents.Prompting.Library;
using Platform.Agents.Runs;
using Platform.Agents.Schedules;
using Platform.Agents.Storage;
using Platform.Agents.Testing;
using Platform.Agents.Tools;
using Platform.ModelHost.Client;
using Platform.Retrieval;
using Platform.Retrieval.Storage;

namespace Platform.Agents;

/// <summary>Registers this room and Retrieval.</summary>
public static class AgentsModule
{
    /// <summary>ConversationLibrary, AgentLibrary, RunAgent and AnswerAgent, and the host that executes runs.</summary>
    public static IServiceCollection AddAgents(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRetrieval(configuration);
        services.AddOptions<AgentsOptions>().Bind(configuration.GetSection("Agents")).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddPooledDbContextFactory<AgentsContext>((provider, options) =>
            AgentsContext.Use(options, configuration.GetConnectionString("Platform"), provider.GetRequiredService<DataFolder>().Path));
        services.TryAddSingleton<IEvidence, KnowledgeEvidence>();
        services.TryAddSingleton<PromptBudget>();
        services.TryAddSingleton<GeneratedAnswer>();
        services.TryAddSingleton<QuoteMode>();
        services.TryAddSingleton(provider => new AnswerAgent(
            provider.GetRequiredService<IEvidence>(), provider.GetRequiredService<ServedModels>(), provider.GetRequiredService<GeneratedAnswer>(), provider.GetRequiredService<QuoteMode>(),
            provider.GetRequiredService<IOptions<AgentsOptions>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddAgentTools(configuration);
        services.TryAddSingleton<RunStore>();
        services.TryAddSingleton<KeptVectors>();
        services.TryAddSingleton<NearestDemonstrations>();
        services.TryAddSingleton<ConversationWindow>();
        services.TryAddSingleton(provider => new MemoryBook(
            provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<KeptVectors>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ConversationSummary>();
        services.TryAddSingleton<AgentOpening>();
        services.TryAddSingleton<AgentDecision>();
        services.TryAddSingleton<ToolCalls>();
        services.TryAddSingleton<Planner>();
        services.TryAddSingleton<PlanExecution>();
        services.TryAddSingleton<EditedPlan>();
        services.TryAddSingleton<AgentLoop>();
        services.TryAddSingleton(provider => new PlanEditor(
            provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<RunStore>(), provider.GetRequiredService<RunHost>(), provider.GetRequiredService<EditedPlan>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<AgentTool>(provider => new AskAgentTool(new(provider.GetRequiredService<NestedRuns>)));
        services.AddSingleton<AgentTool, RememberTool>();
        services.TryAddSingleton<NestedRuns>();
        services.TryAddSingleton<RunExecution>();
        services.TryAddSingleton<RunResumption>();
        services.TryAddSingleton(provider => new ApprovalBox(
            provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<RunStore>(), provider.GetRequiredService<RunResumption>(),
            provider.GetRequiredService<ToolCatalog>(), provider.GetRequiredService<EditedPlan>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<RunHost>();
        services.AddHostedService(provider => provider.GetRequiredService<RunHost>());
        services.AddHostedService<RunLeases>();
        services.AddHostedService<RunStops>();
        services.AddHostedService<ApprovalExpiry>();
        services.TryAddSingleton(provider => new RunAgent(
            provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<RunStore>(), provider.GetRequiredService<RunHost>(), provider.GetRequiredService<RunResumption>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<PresentModels>();
        services.TryAddSingleton<PresentParts>();
        services.TryAddSingleton(provider => new RunFork(
            provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<RunStore>(), provider.GetRequiredService<RunAgent>(), provider.GetRequiredService<PresentModels>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new ToolGrant(provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<ToolCatalog>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new RunArchive(
            provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<RunStore>(), provider.GetRequiredService<RunAgent>()));
        services.TryAddSingleton(provider => new TestLibrary(
            provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<RunStore>(), provider.GetRequiredService<ToolCatalog>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<SuiteExecution>();
        services.TryAddSingleton<SuiteHost>();
        services.AddHostedService(provider => provider.GetRequiredService<SuiteHost>());
        services.TryAddSingleton(provider => new SuiteRuns(
            provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<AgentLibrary>(), provider.GetRequiredService<PresentModels>(), provider.GetRequiredService<SuiteHost>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new RunOutcomes(provider.GetRequiredService<IDbContextFactory<AgentsContext>>()));
        services.TryAddSingleton(provider => new ConversationLibrary(
            provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<RunHost>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new RunRemoval(
            provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<ConversationLibrary>(), provider.GetRequiredService<IOptions<AgentsOptions>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<RunRetention>();
        services.TryAddSingleton(provider => new PromptLibrary(provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new ModelUses(provider.GetRequiredService<IDbContextFactory<AgentsContext>>()));
        services.TryAddSingleton(provider => new AgentLibrary(provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<PresentParts>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>ScheduleLibrary, and the host that starts what schedules name, in the name of whom <typeparamref name="TOwners"/> finds.</summary>
    public static IServiceCollection AddSchedules<TOwners>(this IServiceCollection services) where TOwners : class, IRunOwners
    {
        services.TryAddSingleton<IRunOwners, TOwners>();
        services.TryAddSingleton<ScheduleStart>();
        services.TryAddSingleton<ScheduleHost>();
        services.TryAddSingleton(provider => new ScheduleLibrary(
            provider.GetRequiredService<IDbContextFactory<AgentsContext>>(), provider.GetRequiredService<AgentLibrary>(), provider.GetRequiredService<ScheduleHost>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => provider.GetRequiredService<ScheduleHost>());
        return services;
    }

    /// <summary>Makes the tables of this room and of Retrieval, and ends runs that a crash interrupted or goes on with them; call before the host starts.</summary>
    public static async Task PrepareAgentsAsync(this IServiceProvider services, CancellationToken cancellation)
    {
        await services.PrepareRetrievalAsync(cancellation);
        await using (var db = await services.GetRequiredService<IDbContextFactory<AgentsContext>>().CreateDbContextAsync(cancellation))
            await PlatformDatabase.PrepareAsync(db, "agents", AgentsContext.Version, cancellation, TableSteps.All);
        var interrupted = await services.GetRequiredService<RunStore>().EndInterruptedAsync(cancellation);
        await services.GetRequiredService<RunResumption>().GoOnAsync(interrupted, cancellation);
    }
}
