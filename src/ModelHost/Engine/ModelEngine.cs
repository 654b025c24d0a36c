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
    private readonly ModelCatalog catalog;

    private readonly MemoryLedger ledger;

    private readonly Drafts drafts;

    private readonly RequestCount requests = new();

    private ModelEngine(ModelCatalog catalog, ModelTryOut tryOut, ModelWork work, ModelDownloads downloads, Drafts drafts, MemoryLedger ledger, LlamaLibrary library, AdapterLibrary adapters)
    {
        (this.catalog, this.drafts, this.ledger) = (catalog, drafts, ledger);
        (TryOut, Work, Downloads, Library, AdapterLibrary) = (tryOut, work, downloads, library, adapters);
    }

    /// <summary>Tries files in a process of their own.</summary>
    public ModelTryOut TryOut { get; }

    /// <summary>Works on model files.</summary>
    public ModelWork Work { get; }

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

    /// <summary>Requests that are answered or wait, whatever they ask for, and how many there were.</summary>
    public (int Running, long Begun) Requests => (requests.Running, requests.Begun);

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

    /// <summary>Size and time of the last change of a model's file as it lies there now, which may be another than the one that is loaded.</summary>
    /// <exception cref="EngineException">Kind ModelNotFound.</exception>
    public (long Bytes, long WrittenTicks) StampOf(string modelId)
    {
        var stamp = FileStamp.Of(FileOf(modelId).Path);
        return (stamp.Bytes, stamp.WrittenTicks);
    }

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

    /// <summary>Bytes that work beside the models may have: now, where models that nobody uses make room, and at most, while those stay that are pinned or answer where none is named.</summary>
    public (long Now, long Most) RoomForWork => catalog.RoomForWork;

    /// <summary>Sets memory aside for work beside the models, as a training job's; give it back by <see cref="ReleaseMemory"/>. Models that nobody uses make room; the one that answers where none is named stays.</summary>
    /// <exception cref="EngineException">Kind OutOfMemory, with the numbers.</exception>
    public async Task HoldMemoryAsync(string owner, string part, long bytes, CancellationToken cancellation)
    {
        MemoryUse[] uses = [new MemoryUse(owner, part, bytes)];
        if (!await catalog.TrySetAsideAsync(uses, cancellation)) { throw ledger.RefusalOfWork($"'{owner}'", uses); }
    }

    /// <summary>Ends when somebody next gives memory back. Ask before you try to take some, so that none is missed.</summary>
    public Task MemoryFreed => ledger.Freed;

    /// <summary>Gives back all that an owner holds.</summary>
    public void ReleaseMemory(string owner) => ledger.Release(owner);

    /// <summary>Generates text; the last event is always <see cref="GenerationFinished"/>, unless it throws. Cancelling ends it within one step and throws OperationCanceledException. A model that is not loaded is loaded first.</summary>
    /// <exception cref="EngineException">At the first move: ModelNotFound, BadRequest, ContextTooLong, QueueFull, OutOfMemory, InvalidModelFile. Later: Failed.</exception>
    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var counted = request.IsBackground ? null : requests.Begin();
        request = request with { Adapters = AdapterLibrary.For(request) };
        using var span = new GenerationSpan(request);
        var model = await catalog.TakeAsync(request.ModelId, cancellation);
        try
        {
            if (request.Speculation == Speculation.Draft) { await drafts.EnsureAsync(model, request.DraftModel, request.MayChooseDraft, cancellation); }
            await foreach (var news in model.Generating.RunAsync(request, cancellation))
            {
                span.Saw(news);
                yield return news;
            }
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
        using var counted = requests.Begin();
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
        using var counted = requests.Begin();
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

    /// <summary>Refuses a request whose adapters are not there, or cannot stand on its model, as <see cref="GenerateAsync"/> does; nothing is generated, and no file of an adapter is read.</summary>
    /// <exception cref="EngineException">Kinds ModelNotFound, BadRequest, InvalidModelFile.</exception>
    public void CheckAdapters(GenerationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (AdapterLibrary.For(request) is { Count: > 0 } choices) { catalog.Find(request.ModelId).Generating.Shelf.Check(choices); }
    }

    /// <summary>Stops the loops after their running step. Requests on their way end with EngineException(Failed).</summary>
    public async ValueTask DisposeAsync()
    {
        await Downloads.DisposeAsync();
        await catalog.DisposeAsync();
        drafts.Dispose();
    }
}
