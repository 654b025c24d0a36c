using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Agents;
using Platform.Agents.Runs;
using Platform.Fakes;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;

namespace Platform.Training.Datasets.Tests;

/// <summary>The room and those below it on a database and a folder of their own, with fake vectors and a scripted model.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo folder;
    private readonly IHost host;
    private bool kept;

    private Installation(DirectoryInfo folder, IChatClient chat, bool canAnswer, IRunOwners? owners, Action<IServiceCollection>? services)
    {
        this.folder = folder;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Data:Directory", folder.FullName)]);
        builder.Services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new HashEmbeddings()).AddSingleton<ITokenCounter>(new WordTokenCounter()).AddSingleton(chat)
            .AddSingleton(new ServedModels([new ServedModel("scripted", CanChat: true, CanEmbed: false, canAnswer, 4096, 0, 0)]));
        services?.Invoke(builder.Services);
        builder.Services.AddAgents(builder.Configuration).AddDatasets(builder.Configuration);
        if (owners is not null) builder.Services.AddSingleton(owners);
        host = builder.Build();
    }

    public static Caller Administrator { get; } = new("ana", IsAdministrator: true);

    public static Caller Person { get; } = new("ben", IsAdministrator: false);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Only the tables, with nothing that works in the background.</summary>
    public static async Task<Installation> StartAsync(IChatClient? chat = null, bool canAnswer = true, bool working = false, DirectoryInfo? folder = null, IRunOwners? owners = null, Action<IServiceCollection>? services = null)
    {
        Installation made = new(folder ?? Directory.CreateTempSubdirectory("platform-datasets-"), chat ?? ScriptedChatClient.Saying("Yes."), canAnswer, owners, services);
        await made.host.Services.PrepareAgentsAsync(Stop);
        await made.host.Services.PrepareDatasetsAsync(Stop);
        if (working) await made.host.StartAsync(Stop);
        return made;
    }

    public T Get<T>() where T : notnull => host.Services.GetRequiredService<T>();

    public string File(string name, string content)
    {
        var path = Path.Combine(folder.FullName, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    /// <summary>All that lies in its folder.</summary>
    public IEnumerable<string> Files() => Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories);

    /// <summary>A base with documents that are ready; needs what works in the background.</summary>
    public async Task<Guid> BaseAsync(params (string Name, string Text)[] documents)
    {
        var made = await Get<KnowledgeBases>().CreateAsync(Administrator, "Handbook", "", false, Stop);
        foreach (var (name, text) in documents)
            await Get<IngestDocument>().AddAsync(Administrator, made.Id, name, new MemoryStream(Encoding.UTF8.GetBytes(text)), DuplicateChoice.KeepBoth, Stop);
        await UntilAsync(async () => (await Get<DocumentLibrary>().ListAsync(Administrator, made.Id, Stop)).All(document => document.State == DocumentState.Ready));
        return made.Id;
    }

    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        late.CancelAfter(Patience);
        while (!await holds())
        {
            Assert.False(late.IsCancellationRequested, "Waited in vain.");
            await Task.Delay(10, Stop);
        }
    }

    /// <summary>For a second start on the same data.</summary>
    public void KeepFolder() => kept = true;

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (!kept) folder.Delete(recursive: true);
    }
}
