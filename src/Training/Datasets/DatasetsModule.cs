using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Retrieval;
using Platform.Retrieval.Storage;
using Platform.Training.Datasets.Importing;
using Platform.Training.Datasets.Storage;

namespace Platform.Training.Datasets;

/// <summary>Registers this room.</summary>
public static class DatasetsModule
{
    /// <summary>DatasetLibrary, DatasetItems, DatasetImport and DatasetVersions. Retrieval's data folder must be registered too.</summary>
    public static IServiceCollection AddDatasets(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddDbContextFactory<DatasetsContext>((provider, options) =>
            PlatformDatabase.Use(options, configuration.GetConnectionString("Platform"), provider.GetRequiredService<DataFolder>().Path));
        services.TryAddSingleton<VersionFiles>();
        services.TryAddSingleton(provider => new DatasetLibrary(Contexts(provider), provider.GetRequiredService<VersionFiles>(), Time(provider)));
        services.TryAddSingleton(provider => new DatasetItems(Contexts(provider), Time(provider)));
        services.TryAddSingleton(provider => new DatasetImport(provider.GetRequiredService<DatasetLibrary>(), provider.GetRequiredService<DatasetItems>()));
        services.TryAddSingleton(provider => new DatasetVersions(Contexts(provider), provider.GetRequiredService<VersionFiles>(), Time(provider)));
        return services;
    }

    /// <summary>Makes the tables of this room; call before the host starts, after the other rooms'.</summary>
    public static async Task PrepareDatasetsAsync(this IServiceProvider services, CancellationToken cancellation)
    {
        await using var room = await Contexts(services).CreateDbContextAsync(cancellation);
        await PlatformDatabase.PrepareAsync(room, DatasetsContext.Room, DatasetsContext.Version, cancellation);
    }

    private static IDbContextFactory<DatasetsContext> Contexts(IServiceProvider services) => services.GetRequiredService<IDbContextFactory<DatasetsContext>>();

    private static TimeProvider Time(IServiceProvider services) => services.GetRequiredService<TimeProvider>();
}
