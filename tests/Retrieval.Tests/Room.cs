using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Fakes;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Index;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Tests;

/// <summary>The whole room as a program has it, with fake vectors and token counts in place of the model service.</summary>
public sealed class Room : IAsyncDisposable
{
    public static readonly Caller Ada = new("ada", IsAdministrator: false);
    public static readonly Caller Bob = new("bob", IsAdministrator: false);
    public static readonly Caller Admin = new("admin", IsAdministrator: true);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IHost _host;

    private Room(IHost host) => _host = host;

    public HashEmbeddings Embeddings => (HashEmbeddings)Get<IEmbeddingGenerator<string, Embedding<float>>>();

    public KnowledgeBases Bases => Get<KnowledgeBases>();

    public DocumentLibrary Documents => Get<DocumentLibrary>();

    public IngestDocument Ingest => Get<IngestDocument>();

    public SearchPassages Search => Get<SearchPassages>();

    public IPassageIndex Index => Get<IPassageIndex>();

    /// <summary>Passages in the whole index, of all versions.</summary>
    public async Task<long> PassagesAsync() => (await Index.CountTermsAsync([], Token)).Passages;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens the room on a data folder, as at a start of the program; with no workers when they are not wanted, and with another part in the place of one.</summary>
    public static async Task<Room> OpenAsync(DataFolder folder, bool working = true, TimeProvider? time = null, Action<IServiceCollection>? change = null, params (string Key, string Value)[] settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Data:Directory", folder.Path), .. settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))]);
        builder.Services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new HashEmbeddings()).AddSingleton<ITokenCounter>(new WordTokenCounter());
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }

        builder.Services.AddRetrieval(builder.Configuration);
        change?.Invoke(builder.Services);
        IHost host = builder.Build();
        await host.Services.PrepareRetrievalAsync(Token);
        if (working)
        {
            await host.StartAsync(Token);
        }

        return new Room(host);
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public Task StartAsync() => _host.StartAsync(Token);

    public Task<KnowledgeBase> NewBaseAsync(Caller owner, bool shared = false, string? name = null) => Bases.CreateAsync(owner, name ?? $"Base {Guid.NewGuid():N}", "", shared, Token);

    public Task<IngestReceipt> AddAsync(Caller caller, Guid baseId, string name, string text, DuplicateChoice choice = DuplicateChoice.Ask) =>
        Ingest.AddAsync(caller, baseId, name, new MemoryStream(Encoding.UTF8.GetBytes(text)), choice, Token);

    /// <summary>Adds a text and waits until it is ready.</summary>
    public async Task<DocumentInfo> AddReadyAsync(Caller caller, Guid baseId, string name, string text)
    {
        IngestReceipt receipt = await AddAsync(caller, baseId, name, text, DuplicateChoice.KeepBoth);
        return await WaitAsync(receipt.Document!.Id, DocumentState.Ready);
    }

    public Task<DocumentInfo> WaitAsync(Guid documentId, DocumentState state) => WaitAsync(documentId, d => d.State == state);

    /// <summary>Waits until the document is as wanted; fails, saying how it is, when that takes too long.</summary>
    public async Task<DocumentInfo> WaitAsync(Guid documentId, Func<DocumentInfo, bool> wanted)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(Token);
        late.CancelAfter(Patience);
        while (true)
        {
            DocumentInfo document = await Documents.GetAsync(Admin, documentId, Token);
            if (wanted(document))
            {
                return document;
            }

            Assert.False(late.IsCancellationRequested, $"Waited in vain; the document is {document}.");
            await Task.Delay(10, Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
