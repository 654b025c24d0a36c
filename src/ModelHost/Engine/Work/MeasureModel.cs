using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Work;

/// <summary>Measures the perplexity of a model, with or without an adapter, on a text.</summary>
public sealed class MeasureModel
{
    private const int LongestText = 4 << 20, MostTokens = 1_000_000, UsualTokens = 100_000, LargestWindow = 2_048, BatchTokens = 128;
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
    /// <exception cref="EngineException">ModelNotFound, BadRequest, InvalidModelFile.</exception>
    public void Check(PerplexityRequest request)
    {
        var (id, _) = catalog.FileOf(request.ModelId);
        if (catalog.TraitsOf(request.ModelId).IsEmbedding) { throw Refuse("model", $"The model '{id}' makes vectors and foretells no text. Choose a chat model."); }
        _ = AdapterOf(request);
        if (request.Text is { Length: 0 or > LongestText }) { throw Refuse("text", $"The text has {request.Text.Length} characters; it must have 1 to {LongestText}."); }
        if (request.MostTokens is < 2 or > MostTokens) { throw Refuse("max_tokens", $"max_tokens is {request.MostTokens}; it must be 2 to {MostTokens}."); }
    }

    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <exception cref="EngineException">As <see cref="Check"/>, and InvalidModelFile, OutOfMemory, WorkFailed.</exception>
    public async Task<PerplexityResult> RunAsync(PerplexityRequest request, Action<double> progress, CancellationToken cancellation)
    {
        Check(request);
        var (id, path) = catalog.FileOf(request.ModelId);
        var file = await Task.Run(() => loader.Check(id, path, embeds: null, LoadSettings.Usual, cancellation), cancellation);
        var window = Math.Min(file.ContextTokens, LargestWindow);
        var uses = MemoryEstimate.Of(request.Owner, file.Header, window, Math.Min(window, BatchTokens), Math.Min(window, BatchTokens));
        var order = new PerplexityOrder(path, file.Sha256, AdapterOf(request), request.Text ?? Usual(), window, request.MostTokens ?? UsualTokens, options.GpuLayers) { NativeDirectory = room.NativeDirectory, Threads = room.Threads(file.Header.FileBytes) };
        var report = await room.RunAsync($"Measuring '{request.ModelId}'", order, uses, progress, cancellation);
        return report.Perplexity ?? throw new EngineException(EngineErrorKind.WorkFailed, "The measurement ended without a number. This is a bug.");
    }

    private string? AdapterOf(PerplexityRequest request) => (request.Adapter ?? ModelCatalog.AdapterOf(request.ModelId)) is { } adapter ? adapters.Find(adapter).Path : null;

    private static string Usual()
    {
        using var text = new StreamReader(typeof(MeasureModel).Assembly.GetManifestResourceStream(UsualText) ?? throw new InvalidOperationException($"{UsualText} is missing. This is a bug."));
        return text.ReadToEnd();
    }

    private static EngineException Refuse(string field, string message) => new(EngineErrorKind.BadRequest, message) { Parameter = field };
}
