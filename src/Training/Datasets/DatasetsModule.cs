using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Platform.Agents.Conversations;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.Retrieval;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Reading;
using Platform.Retrieval.Search;
using Platform.Retrieval.Storage;
using Platform.Training.Datasets.Feedback;
using Platform.Training.Datasets.Generating;
using Platform.Training.Datasets.Importing;
using Platform.Training.Datasets.Presets;
using Platform.Training.Datasets.Storage;
using Platform.Training.Rows;

namespace Platform.Training.Datasets;

/// <summary>Registers this room.</summary>
public static class DatasetsModule
{
    /// <summary>DatasetLibrary, DatasetItems, DatasetImport, DocumentTexts, DatasetVersions, FeedbackBox, SavedPresets, RowGenerator and GenerationJobs. The room Agents must be registered too.</summary>
    public static IServiceCollection AddDatasets(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddDbContextFactory<DatasetsContext>((provider, options) =>
            PlatformDatabase.Use(options, configuration.GetConnectionString("Platform"), provider.GetRequiredService<DataFolder>().Path));
        services.TryAddSingleton<VersionFiles>();
        services.TryAddSingleton(provider => new DatasetLibrary(Contexts(provider), provider.GetRequiredService<VersionFiles>(), Time(provider)));
        services.TryAddSingleton(provider => new DatasetItems(Contexts(provider), Time(provider)));
        services.TryAddSingleton(provider => new DatasetImport(provider.GetRequiredService<DatasetLibrary>(), provider.GetRequiredService<DatasetItems>(), provider.GetRequiredService<DocumentTexts>()));
        services.TryAddSingleton(provider => new DocumentTexts(provider.GetRequiredService<ReaderByContent>(), provider.GetRequiredService<DocumentLibrary>(), provider.GetRequiredService<DatasetItems>()));
        services.TryAddSingleton(provider => new DatasetVersions(Contexts(provider), provider.GetRequiredService<VersionFiles>(), Time(provider)));
        services.TryAddSingleton(provider => new SavedPresets(Contexts(provider)));
        services.TryAddSingleton(provider => new FeedbackBox(Contexts(provider), provider.GetRequiredService<ConversationLibrary>(), provider.GetRequiredService<DatasetItems>(), Time(provider)));
        services.TryAddSingleton(provider => new RowGenerator(
            provider.GetRequiredService<DocumentLibrary>(), provider.GetRequiredService<SearchPassages>(), provider.GetRequiredService<ServedModels>(), provider.GetRequiredService<IChatClient>()));
        services.TryAddSingleton<AnswerRewards>(provider => (job, answers, cancellation) => provider.GetRequiredService<FineTuning>().ScoreAsync(job, [.. answers.Select(RowWriter.Write)], cancellation));
        services.TryAddSingleton(provider => new BestAnswers(
            provider.GetRequiredService<DatasetItems>(), provider.GetRequiredService<DatasetVersions>(), provider.GetRequiredService<ServedModels>(), provider.GetRequiredService<IChatClient>(), provider.GetRequiredService<AnswerRewards>()));
        services.TryAddSingleton(provider => new GenerationJobs(Contexts(provider), provider.GetRequiredService<LeaseOwner>(), Time(provider)));
        services.AddHostedService(provider => new Leftovers(provider.GetRequiredService<FeedbackBox>(), provider.GetRequiredService<DatasetLibrary>(), Time(provider), provider.GetRequiredService<ILogger<Leftovers>>()));
        services.AddHostedService(provider => new GenerationWorker(
            provider.GetRequiredService<GenerationJobs>(), provider.GetRequiredService<RowGenerator>(), provider.GetRequiredService<BestAnswers>(), provider.GetRequiredService<DatasetItems>(), Time(provider), provider.GetRequiredService<ILogger<GenerationWorker>>(),
            provider.GetService<IRunOwners>()));
        return services;
    }

    /// <summary>Makes the tables of this room; call before the host starts, after the other rooms'.</summary>
    public static async Task PrepareDatasetsAsync(this IServiceProvider services, CancellationToken cancellation)
    {
        await using var room = await Contexts(services).CreateDbContextAsync(cancellation);
        await PlatformDatabase.PrepareAsync(room, DatasetsContext.Room, DatasetsContext.Version, cancellation, TableSteps.All);
    }

    private static IDbContextFactory<DatasetsContext> Contexts(IServiceProvider services) => services.GetRequiredService<IDbContextFactory<DatasetsContext>>();

    private static TimeProvider Time(IServiceProvider services) => services.GetRequiredService<TimeProvider>();
}
