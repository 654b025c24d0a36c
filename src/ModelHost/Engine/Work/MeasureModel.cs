using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Work;

/// <summary>Measures the perplexity of a model, with or without an adapter, on a text; and an adapter beside its base on rows.</summary>
public sealed class MeasureModel
{
    private const int LongestText = 4 << 20, MostTokens = 1_000_000, UsualTokens = 100_000, LargestWindow = 2_048, BatchTokens = 128, FewestTokens = MeasurePerplexity.FewestTokens, ShortText = 256;
    private const string UsualText = "Platform.ModelHost.Engine.Work.perplexity.txt";

    private readonly ModelCatalog catalog;
    private readonly ModelLoader loader;
    private readonly WorkRoom room;
    private readonly EngineOptions options;
    private readonly AdapterRegistry adapters;

    internal MeasureModel(ModelCatalog catalog, ModelLoader loader, WorkRoom room, EngineOptions options)
    {
        (this.catalog, this.loader, this.room, this.options) = (catalog, loader, room, options);
        adapters = new AdapterRegistry(options.AdapterDirectory);
    }

    /// <summary>Refuses what cannot be done, before it waits for its turn.</summary>
    /// <exception cref="EngineException">ModelNotFound, BadRequest, InvalidModelFile; OutOfMemory: it could never fit.</exception>
    public void Check(PerplexityRequest request)
    {
        var (id, path) = catalog.FileOf(request.ModelId);
        if (catalog.TraitsOf(request.ModelId).IsEmbedding) { throw Refuse("model", $"The model '{id}' makes vectors and foretells no text. Choose a chat model."); }
        _ = AdapterOf(request);
        if (request.Text is { Length: 0 or > LongestText }) { throw Refuse("text", $"The text has {request.Text.Length} characters; it must have 1 to {LongestText}."); }
        if (request.MostTokens is < FewestTokens or > MostTokens) { throw Refuse("max_tokens", $"max_tokens is {request.MostTokens}; it must be {FewestTokens} to {MostTokens}."); }
        if (request.Text is { Length: <= ShortText } text && Tokens(id, text) is < FewestTokens) { throw Refuse("text", MeasurePerplexity.TooShort); }
        var (header, plan) = loader.Plan(id, path, embeds: null, LoadSettings.Usual);
        room.CheckSize(What(request), Uses(request.Owner, header, plan.ContextTokens));
    }

    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <exception cref="EngineException">As <see cref="Check"/>, and WorkFailed; OutOfMemory with MayFitLater where it has to wait.</exception>
    public async Task<PerplexityResult> RunAsync(PerplexityRequest request, Action<double> progress, CancellationToken cancellation)
    {
        Check(request);
        var (id, path) = catalog.FileOf(request.ModelId);
        var file = await Task.Run(() => loader.Check(id, path, embeds: null, LoadSettings.Usual, cancellation), cancellation);
        var window = Window(file.ContextTokens);
        var order = new PerplexityOrder(path, file.Sha256, AdapterOf(request), request.Text ?? Usual(), window, request.MostTokens ?? UsualTokens, options.GpuLayers) { NativeDirectory = room.NativeDirectory, Threads = room.Threads(file.Header.FileBytes) };
        var report = await room.RunAsync(What(request), order, Uses(request.Owner, file.Header, file.ContextTokens), progress, cancellation);
        return report.Perplexity ?? throw new EngineException(EngineErrorKind.WorkFailed, "The measurement ended without a number. This is a bug.");
    }

    /// <summary>Most tokens of a row that this model is measured on.</summary>
    /// <exception cref="EngineException">ModelNotFound, InvalidModelFile.</exception>
    public int LongestRow(string modelId)
    {
        var (id, path) = catalog.FileOf(modelId);
        return Window(loader.Plan(id, path, embeds: null, LoadSettings.Usual).Plan.ContextTokens);
    }

    /// <summary>Sets an adapter beside its base on rows.</summary>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <returns>In the order of the rows.</returns>
    /// <exception cref="EngineException">ModelNotFound, BadRequest, InvalidModelFile, WorkFailed; OutOfMemory with MayFitLater where it has to wait.</exception>
    public async Task<IReadOnlyList<RowLoss>> RunAsync(RowsRequest request, Action<double> progress, CancellationToken cancellation)
    {
        var (id, path) = catalog.FileOf(request.ModelId);
        var adapter = adapters.Find(request.Adapter).Path;
        var file = await Task.Run(() => loader.Check(id, path, embeds: null, LoadSettings.Usual, cancellation), cancellation);
        var (longest, most) = (request.Rows.Max(row => row.Tokens.Length), Window(file.ContextTokens));
        if (longest > most) { throw Refuse("rows", $"A row has {longest} tokens; '{id}' is measured on {most} at most."); }
        if (request.Rows.Any(row => row.Tokens.Length < FewestTokens || row.Weights?.Length is { } weights && weights != row.Tokens.Length || !(MeasureRows.Weight(row) > 0))) { throw Refuse("rows", "A row has nothing that counts."); }
        var what = $"Measuring '{id}:{request.Adapter}'";
        var order = new RowsOrder(path, file.Sha256, adapter, request.Rows, longest, options.GpuLayers) { NativeDirectory = room.NativeDirectory, Threads = room.Threads(file.Header.FileBytes) };
        var report = await room.RunAsync(what, order, Uses(request.Owner, file.Header, longest), progress, cancellation);
        return report.Rows ?? throw new EngineException(EngineErrorKind.WorkFailed, "The measurement ended without a number. This is a bug.");
    }

    /// <summary>How long a text is for a model that is loaded; null for others, whose measurement will tell.</summary>
    private int? Tokens(string id, string text) => catalog.Loaded.FirstOrDefault(model => model.Info.Id == id)?.Tokenizer.Encode(text, addSpecial: false, parseSpecial: false).Length;

    private static string What(PerplexityRequest request) => $"Measuring '{request.ModelId}'";

    private static int Window(int contextTokens) => Math.Min(contextTokens, LargestWindow);

    private static IReadOnlyList<MemoryUse> Uses(string owner, GgufHeader header, int contextTokens)
    {
        var (window, batch) = (Window(contextTokens), Math.Min(Window(contextTokens), BatchTokens));
        return MemoryEstimate.Of(owner, header, window, batch, batch);
    }

    private string? AdapterOf(PerplexityRequest request) => (request.Adapter ?? ModelCatalog.AdapterOf(request.ModelId)) is { } adapter ? adapters.Find(adapter).Path : null;

    private static string Usual()
    {
        using var text = new StreamReader(typeof(MeasureModel).Assembly.GetManifestResourceStream(UsualText) ?? throw new InvalidOperationException($"{UsualText} is missing. This is a bug."));
        return text.ReadToEnd();
    }

    private static EngineException Refuse(string field, string message) => new(EngineErrorKind.BadRequest, message) { Parameter = field };
}
