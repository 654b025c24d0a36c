using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Embeddings;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Models.Downloads;
using Platform.ModelHost.Engine.Reranking;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Engine.Tokens.Answers;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine;

/// <summary>The loaded models and everything that can be asked of them. One thread owns each native context; every member here may be called from any thread.</summary>
public sealed partial class ModelEngine : IAsyncDisposable
{
    private const string PublicHub = "https://huggingface.co";

    private readonly ModelCatalog catalog;

    private readonly MemoryLedger ledger;

    private readonly Drafts drafts;

    private ModelEngine(ModelCatalog catalog, ModelTryOut tryOut, QuantizeModel quantize, MeasureModel measure, ModelDownloads downloads, Drafts drafts, MemoryLedger ledger, LlamaLibrary library, AdapterLibrary adapters)
    {
        (this.catalog, this.drafts, this.ledger) = (catalog, drafts, ledger);
        (TryOut, Quantize, Measure, Downloads, Library, AdapterLibrary) = (tryOut, quantize, measure, downloads, library, adapters);
    }

    /// <summary>Tries files in a process of their own.</summary>
    public ModelTryOut TryOut { get; }

    /// <summary>Writes models in smaller number formats, in a process of its own.</summary>
    public QuantizeModel Quantize { get; }

    /// <summary>Measures models on texts, in a process of its own.</summary>
    public MeasureModel Measure { get; }

    /// <summary>The native libraries in use: version, folder, devices.</summary>
    public LlamaLibrary Library { get; }

    /// <summary>Downloads into the model folder.</summary>
    public ModelDownloads Downloads { get; }

    /// <summary>Manages the registry of adapters.</summary>
    public AdapterLibrary AdapterLibrary { get; }

    /// <summary>Every loaded model.</summary>
    public IReadOnlyList<ModelInfo> Models => catalog.Infos;

    /// <summary>How busy each model that writes is, at this moment.</summary>
    public IReadOnlyList<ModelLoad> Loads => catalog.Loads;

    /// <summary>Every model that is loaded or can be, by name.</summary>
    public IReadOnlyList<KnownModel> KnownModels => catalog.KnownModels;

    /// <summary>What memory is promised to whom.</summary>
    public MemoryReport Memory => ledger.Report;

    /// <inheritdoc cref="StartAsync(EngineOptions, TimeProvider, ILogger, NativeWorker, CancellationToken)"/>
    public static Task<ModelEngine> StartAsync(EngineOptions options, TimeProvider time, CancellationToken cancellation) => StartAsync(options, time, NullLogger.Instance, null, cancellation);

    /// <summary>Checks the natives and the model files, loads the models and starts their loops.</summary>
    /// <param name="options">What to load and how wide to run.</param>
    /// <param name="time">Measures.</param>
    /// <param name="log">Hears llama.cpp too.</param>
    /// <param name="worker">Starts the processes that try unknown files and do work on files; null tries nothing.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="EngineException">A file is refused or does not fit, the natives are unusable, or an option is out of range.</exception>
    public static Task<ModelEngine> StartAsync(EngineOptions options, TimeProvider time, ILogger log, NativeWorker? worker, CancellationToken cancellation)
    {
        OptionsCheck.Check(options);
        return Task.Run(() => Start(options, time, log, worker, cancellation), cancellation); // reading and hashing files takes seconds
    }

    /// <summary>The adapters of the registry that can be asked for with this model; none where it writes nothing or is not loaded: it may have gone since it was listed.</summary>
    public IReadOnlyList<AdapterInfo> Adapters(string modelId) => catalog.Loaded.FirstOrDefault(model => model.Info.Id == modelId)?.Shelf?.All() ?? [];

    /// <summary>Looks a model up by id; `model:adapter` gives the model.</summary>
    /// <exception cref="EngineException">Kind ModelNotFound.</exception>
    public ModelInfo Find(string modelId) => catalog.Find(modelId).Info;

    /// <summary>Loads a model of the folder, or does nothing when it is loaded. Others that nobody uses make room for it.</summary>
    /// <exception cref="EngineException">ModelNotFound, InvalidModelFile; OutOfMemory with the numbers.</exception>
    public Task<ModelInfo> LoadAsync(string modelId, CancellationToken cancellation) => catalog.LoadAsync(modelId, cancellation);

    /// <summary>Loads a model of the folder with settings of its own, which hold for the next time too; anew when it is loaded otherwise. Null takes those of the last time.</summary>
    /// <exception cref="EngineException">ModelNotFound, InvalidModelFile; BadRequest: settings out of range; OutOfMemory with the numbers; Busy when it would have to be loaded anew and serves requests.</exception>
    public Task<ModelInfo> LoadAsync(string modelId, LoadSettings? settings, CancellationToken cancellation) => catalog.LoadAsync(modelId, settings, cancellation);

    /// <summary>A model that stays loaded while it is held, loaded first if it is not.</summary>
    /// <exception cref="EngineException">ModelNotFound, InvalidModelFile; OutOfMemory with the numbers.</exception>
    public async ValueTask<HeldModel> HoldAsync(string modelId, CancellationToken cancellation) => new((await catalog.TakeAsync(modelId, cancellation)).Info, () => catalog.Return(modelId));

    /// <summary>The chat model of requests that name none; null when none is there.</summary>
    public string? UsualChatModel => catalog.UsualChatModel;

    /// <summary>Loads a model and makes it the one that answers where none is named; remembered in the model folder as long as <see cref="EngineOptions.ChatModel"/> stays the same.</summary>
    /// <exception cref="EngineException">ModelNotFound, InvalidModelFile, OutOfMemory; BadRequest: it does not write.</exception>
    public Task ChooseAsync(string modelId, CancellationToken cancellation) => catalog.ChooseAsync(modelId, cancellation);

    /// <summary>Whether a model could be loaded now, and with what.</summary>
    /// <exception cref="EngineException">ModelNotFound, InvalidModelFile; BadRequest: settings out of range.</exception>
    public MemoryFit Fit(string modelId, LoadSettings? settings) => catalog.Fit(modelId, settings);

    /// <summary>Deletes a model's file from the model folder.</summary>
    /// <exception cref="EngineException">ModelNotFound; Busy while it is loaded; BadRequest: it lies elsewhere.</exception>
    public Task DeleteAsync(string modelId, CancellationToken cancellation) => catalog.DeleteAsync(modelId, cancellation);

    /// <summary>Unloads a model; it can be loaded again.</summary>
    /// <exception cref="EngineException">ModelNotFound; Busy while it serves requests.</exception>
    public Task UnloadAsync(string modelId, CancellationToken cancellation) => catalog.UnloadAsync(modelId, cancellation);

    /// <summary>A pinned model stays loaded when others need room and when nobody asks.</summary>
    /// <exception cref="EngineException">ModelNotFound.</exception>
    public void Pin(string modelId, bool isPinned) => catalog.Pin(modelId, isPinned);

    /// <summary>Sets memory aside for work beside the models, as a training job's; give it back by <see cref="ReleaseMemory"/>.</summary>
    /// <exception cref="EngineException">Kind OutOfMemory, with the numbers.</exception>
    public void HoldMemory(string owner, string part, long bytes)
    {
        MemoryUse[] uses = [new MemoryUse(owner, part, bytes)];
        if (!ledger.TryTake(uses)) { throw ledger.Refusal(uses); }
    }

    /// <summary>Ends when somebody next gives memory back. Ask before you try to take some, so that none is missed.</summary>
    public Task MemoryFreed => ledger.Freed;

    /// <summary>Gives back all that an owner holds.</summary>
    public void ReleaseMemory(string owner) => ledger.Release(owner);

    /// <summary>Generates text; the last event is always <see cref="GenerationFinished"/>, unless it throws. Cancelling ends it within one step and throws OperationCanceledException. A model that is not loaded is loaded first.</summary>
    /// <exception cref="EngineException">At the first move: ModelNotFound, BadRequest, ContextTooLong, QueueFull, OutOfMemory, InvalidModelFile. Later: Failed.</exception>
    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        request = request with { Adapters = request.Adapters ?? AdapterLibrary.For(request.ModelId) };
        var model = await catalog.TakeAsync(request.ModelId, cancellation);
        try
        {
            if (request.Speculation == Speculation.Draft) { await drafts.EnsureAsync(model, request.DraftModel, request.MayChooseDraft, cancellation); }
            await foreach (var news in model.Generating.RunAsync(request, cancellation)) { yield return news; }
        }
        finally
        {
            catalog.Return(request.ModelId);
        }
    }

    /// <summary>One L2-normalised vector an input, in input order.</summary>
    /// <exception cref="EngineException">ModelNotFound, BadRequest, ContextTooLong, QueueFull, Failed.</exception>
    public async Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellation)
    {
        var model = await catalog.TakeAsync(request.ModelId, cancellation);
        try
        {
            return await model.Embedding.RunAsync(request, cancellation);
        }
        finally
        {
            catalog.Return(request.ModelId);
        }
    }

    /// <summary>How well each document fits a query, by the scores of a model made for that.</summary>
    /// <exception cref="EngineException">ModelNotFound, BadRequest, ContextTooLong, QueueFull, Failed.</exception>
    public async Task<RelevanceResult> RerankAsync(RelevanceRequest request, CancellationToken cancellation)
    {
        var model = await catalog.TakeAsync(request.ModelId, cancellation);
        try
        {
            return await model.Reranker.RunAsync(request, cancellation);
        }
        finally
        {
            catalog.Return(request.ModelId);
        }
    }

    /// <summary>Token ids of a text.</summary>
    public int[] Tokenize(string modelId, string text, bool addSpecial, bool parseSpecial) => catalog.Find(modelId).Tokenizer.Encode(text, addSpecial, parseSpecial);

    /// <summary>Text of token ids.</summary>
    /// <exception cref="EngineException">Kind BadRequest: a token that the model does not have.</exception>
    public string Detokenize(string modelId, IReadOnlyList<int> tokens) => catalog.Find(modelId).Tokenizer.Decode(tokens);

    /// <summary>The bytes of a token, which may be part of a character; those of control tokens too.</summary>
    /// <exception cref="EngineException">Kind BadRequest: the model does not have it.</exception>
    public byte[] Piece(string modelId, int token)
    {
        var tokenizer = catalog.Find(modelId).Tokenizer;
        tokenizer.Check([token], "tokens");
        return tokenizer.Piece(token, special: true).ToArray();
    }

    /// <summary>The prompt of a conversation in the model's own chat template, the grammar of its calls, and readers of its answers: what is thought, said and called.</summary>
    /// <exception cref="EngineException">ModelNotFound; BadRequest: the template or a tool is refused.</exception>
    public ChatPlan PlanChat(string modelId, IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options, ToolUse use) => catalog.Find(modelId).Template.Plan(messages, options, use);

    /// <summary>The prompt that the model's own chat template makes of the messages.</summary>
    /// <exception cref="EngineException">Kind BadRequest: no messages, an unknown role, or no template that llama.cpp knows.</exception>
    public string ApplyTemplate(string modelId, IReadOnlyList<ChatTurn> messages, ChatTemplateOptions options) => catalog.Find(modelId).Template.Apply(messages, options);

    /// <summary>Stops the loops after their running step. Requests on their way end with EngineException(Failed).</summary>
    public async ValueTask DisposeAsync()
    {
        await Downloads.DisposeAsync();
        await catalog.DisposeAsync();
        drafts.Dispose();
    }

    private static async Task<ModelEngine> Start(EngineOptions options, TimeProvider time, ILogger log, NativeWorker? worker, CancellationToken cancellation)
    {
        var library = LoadLibrary(options, log);
        var ledger = new MemoryLedger(options.MemoryMebibytes > 0 ? options.MemoryMebibytes << 20 : library.MemoryBytes);
        var configured = options.ChatModel is { } file ? Path.GetFullPath(file) : null;
        var registry = new ModelRegistry(new ModelFolder(options.ModelDirectory), configured);
        var plans = new LoadPlans(options, library.HasGpu);
        var loader = new ModelLoader(options, library, registry, plans, ledger, time, log);
        var tryOut = new ModelTryOut(loader, registry.Folder, ledger, worker, new TriedFiles(StateDirectory(options), Libraries(options, library), time, log), library, log);
        var catalog = new ModelCatalog(loader, tryOut, ledger, registry, plans, TimeSpan.FromMinutes(options.IdleMinutes), time);
        try
        {
            if (options.EmbeddingModel is { } embedding) { await LoadConfiguredAsync(catalog, catalog.Add(embedding, embeds: true, pin: true), embedding, cancellation); }
            var chat = configured is null ? null : catalog.Add(configured, embeds: false, pin: true);
            var drafts = new Drafts(catalog, loader, tryOut, ledger, options.DraftModel is { } draft ? catalog.Add(draft, embeds: null, pin: false) : null);
            if (!await LoadChosenAsync(catalog, log, cancellation) && chat is not null)
            {
                await LoadConfiguredAsync(catalog, chat, configured!, cancellation);
                if (options.DraftModel is not null) { await drafts.EnsureAsync(catalog.Find(chat), wanted: null, mayChoose: false, cancellation); } // nobody asks yet, so it stays
            }
            var room = new WorkRoom(worker, loader, ledger, library);
            var downloads = new ModelDownloads(registry, HubRequests.Of(new Uri(options.HubEndpoint ?? PublicHub), options.HubToken, time), DownloadSurroundings.Of(time, tryOut.TryAsync), log);
            downloads.GoOn();
            return new ModelEngine(catalog, tryOut, new QuantizeModel(catalog, tryOut, room, options), new MeasureModel(catalog, loader, room, options), downloads, drafts, ledger, library, new AdapterLibrary(new AdapterRegistry(options.AdapterDirectory), catalog, time));
        }
        catch
        {
            await catalog.DisposeAsync();
            throw;
        }
    }

    /// <summary>Loads a model of the options. Who wrote them is told the file; callers of the service never are.</summary>
    private static async Task LoadConfiguredAsync(ModelCatalog catalog, string id, string file, CancellationToken cancellation)
    {
        try
        {
            await catalog.LoadAsync(id, cancellation);
        }
        catch (EngineException fault) when (fault.Kind == EngineErrorKind.InvalidModelFile)
        {
            throw new EngineException(fault.Kind, $"{fault.Message} The file is {file}.", fault);
        }
    }

    /// <summary>Loads the model that was chosen to answer; one that cannot be used any more leaves the answering to the configured one.</summary>
    private static async Task<bool> LoadChosenAsync(ModelCatalog catalog, ILogger log, CancellationToken cancellation)
    {
        if (catalog.Chosen is not { } chosen) { return false; }
        try
        {
            await catalog.LoadAsync(chosen, cancellation);
            return true;
        }
        catch (EngineException fault)
        {
            log.LogWarning("The model '{Model}' was chosen to answer and cannot be loaded. {Reason}", chosen, fault.Message);
            return false;
        }
    }

    private static string StateDirectory(EngineOptions options) =>
        options.StateDirectory ?? (Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } own ? Path.Combine(own, "platform") : "");

    private static string Libraries(EngineOptions options, LlamaLibrary library) => $"{library.Version} {library.GgmlCommit} {(library.HasGpu && options.GpuLayers != 0 ? "gpu" : "cpu")}";

    private static LlamaLibrary LoadLibrary(EngineOptions options, ILogger log)
    {
        try
        {
            return LlamaLibrary.Load(options.NativeDirectory, (level, line) => Write(log, level, line));
        }
        catch (NativesUnusableException fault)
        {
            throw new EngineException(EngineErrorKind.NativesUnusable, fault.Message, fault);
        }
    }

    private static void Write(ILogger log, NativeLogLevel native, string line)
    {
        var level = native switch { NativeLogLevel.Error => LogLevel.Error, NativeLogLevel.Warning => LogLevel.Warning, _ => LogLevel.Debug }; // llama.cpp's information is our debugging
        if (log.IsEnabled(level)) { log.Log(level, "llama.cpp: {Line}", line); }
    }
}
