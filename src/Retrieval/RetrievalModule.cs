using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Embedding;
using Platform.Retrieval.Evaluation;
using Platform.Retrieval.Index;
using Platform.Retrieval.Index.Embedded;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;
using Platform.Retrieval.Search;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval;

/// <summary>Registers this room and the model host's client.</summary>
public static class RetrievalModule
{
    private const int PageDotsPerInch = 110;

    /// <summary>Reads `Data:Directory`, `ConnectionStrings:Platform` and `Retrieval`.</summary>
    public static IServiceCollection AddRetrieval(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddModelHostClient(configuration);
        services.AddOptions<RetrievalOptions>().BindConfiguration("Retrieval").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new DataFolder(configuration["Data:Directory"] is { Length: > 0 } directory ? directory : "data"));
        services.AddDbContextFactory<RetrievalContext>((provider, options) =>
            PlatformDatabase.Use(options, configuration.GetConnectionString("Platform"), provider.GetRequiredService<DataFolder>().Path));

        services.AddSingleton(provider => DataFolderLock.Take(provider.GetRequiredService<DataFolder>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<LeaseOwner>().AddSingleton<SpaceReserve>().AddSingleton<ContentStore>().AddSingleton<FolderOwner>().AddSingleton<ParsedTexts>().AddSingleton<PageCache>().AddSingleton<DocumentContents>().AddSingleton<DocumentRemoval>();
        services.AddSingleton(p => new PageImages(p.GetRequiredService<PageCache>(), p.GetRequiredService<IOptions<RetrievalOptions>>(), (file, page, stop) => PdfPages.RenderAsync(file, page, PageDotsPerInch, stop)));
        services.AddSingleton<IPassageIndex, EmbeddedPassageIndex>();
        services.AddSingleton<ReaderByContent>().AddSingleton<SectionChunker>().AddSingleton<PassageEmbedder>();
        services.AddSingleton<RunningIngests>().AddSingleton<IngestWake>().AddSingleton<IngestQueue>().AddSingleton<IngestJobs>().AddSingleton<IngestPipeline>().AddSingleton<IngestHousekeeping>();
        services.AddHostedService<IngestWorker>();

        services.AddSingleton(p => new KnowledgeBases(Database(p), p.GetRequiredService<DocumentRemoval>(), Time(p)));
        services.AddSingleton(p => new GoldenSets(Database(p), Time(p)));
        services.AddSingleton(p => new DocumentLibrary(
            Database(p), p.GetRequiredService<IPassageIndex>(), p.GetRequiredService<DocumentContents>(), p.GetRequiredService<DocumentRemoval>(), p.GetRequiredService<IngestQueue>()));
        services.AddSingleton(p => new IngestDocument(
            Database(p), p.GetRequiredService<ContentStore>(), p.GetRequiredService<DocumentRemoval>(), p.GetRequiredService<IngestQueue>(), p.GetRequiredService<IngestWake>(),
            p.GetRequiredService<IOptions<RetrievalOptions>>(), Time(p)));
        services.AddSingleton<RerankPassages>().AddSingleton<HybridSearch>().AddSingleton(p => new SearchPassages(Database(p), p.GetRequiredService<HybridSearch>(), Time(p)));
        services.AddSingleton(p => new RetrievalEvaluation(p.GetRequiredService<SearchPassages>(), p.GetRequiredService<IOptions<RetrievalOptions>>(), Time(p)));
        return services;
    }

    /// <summary>Locks the data folder (StartRefusedException names the process that has it), makes the tables, and clears up what a crash left; call before the host starts.</summary>
    public static async Task PrepareRetrievalAsync(this IServiceProvider services, CancellationToken cancellation)
    {
        services.GetRequiredService<DataFolderLock>();
        await using RetrievalContext room = await Database(services).CreateDbContextAsync(cancellation);
        await PlatformDatabase.PrepareAsync(room, RetrievalContext.Room, RetrievalContext.Version, cancellation, RetrievalContext.Steps);
        await services.GetRequiredService<IPassageIndex>().PrepareAsync(cancellation);
        await services.GetRequiredService<IngestHousekeeping>().StartAsync(cancellation);
    }

    private static IDbContextFactory<RetrievalContext> Database(IServiceProvider services) => services.GetRequiredService<IDbContextFactory<RetrievalContext>>();

    private static TimeProvider Time(IServiceProvider services) => services.GetRequiredService<TimeProvider>();
}
