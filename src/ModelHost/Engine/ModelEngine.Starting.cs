using Microsoft.Extensions.Logging;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Models.Downloads;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine;

/// <summary>How the engine comes to be.</summary>
public sealed partial class ModelEngine
{
    private const string PublicHub = "https://huggingface.co";

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
            var room = new WorkRoom(worker, catalog, loader, ledger, library);
            var downloads = new ModelDownloads(registry, HubRequests.Of(new Uri(options.HubEndpoint ?? PublicHub), options.HubToken, time), DownloadSurroundings.Of(time, tryOut.TryAsync), log);
            downloads.GoOn();
            var adapters = new AdapterRegistry(options.AdapterDirectory);
            var adapterLibrary = new AdapterLibrary(adapters, catalog, time);
            var work = new ModelWork(new QuantizeModel(catalog, tryOut, room, options), new MeasureModel(catalog, loader, room, options), new MergeModel(catalog, tryOut, room, options), new ConvertAdapter(catalog, room, adapters, adapterLibrary));
            return new ModelEngine(catalog, tryOut, work, downloads, drafts, ledger, library, adapterLibrary);
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
