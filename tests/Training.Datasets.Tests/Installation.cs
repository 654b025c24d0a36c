using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Training.Datasets.Tests;

/// <summary>The room on a database and a folder of its own.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("platform-datasets-");
    private readonly ServiceProvider services;

    private Installation()
    {
        var configuration = new ConfigurationBuilder().Build();
        services = new ServiceCollection().AddSingleton(new DataFolder(folder.FullName)).AddSingleton(TimeProvider.System).AddDatasets(configuration).BuildServiceProvider();
    }

    public static Caller Administrator { get; } = new("ana", IsAdministrator: true);

    public static Caller Person { get; } = new("ben", IsAdministrator: false);

    public static async Task<Installation> StartAsync()
    {
        Installation made = new();
        await made.services.PrepareDatasetsAsync(TestContext.Current.CancellationToken);
        return made;
    }

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public string File(string name, string content)
    {
        var path = Path.Combine(folder.FullName, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }
}
