using Platform.ModelHost.Engine.Adapters;

namespace Platform.ModelHost.Engine;

/// <summary>What those need who train on a model's file with the model's own words.</summary>
public sealed partial class ModelEngine
{
    /// <summary>A model's own id and its file, be it loaded or not. The path is not for callers of the service.</summary>
    /// <exception cref="EngineException">Kind ModelNotFound.</exception>
    public (string Id, string Path) FileOf(string modelId) => catalog.FileOf(modelId);

    /// <summary>The hash of a model's file, read through where that is not known yet.</summary>
    /// <exception cref="EngineException">ModelNotFound; InvalidModelFile: it cannot be read.</exception>
    public Task<string> HashAsync(string modelId, CancellationToken cancellation) => Task.Run(() => catalog.HashOf(modelId, cancellation), cancellation);

    /// <summary>Every token that ends an answer of a loaded model.</summary>
    /// <exception cref="EngineException">Kind ModelNotFound.</exception>
    public IReadOnlyList<int> EndTokens(string modelId) => catalog.Find(modelId).Tokenizer.EndTokens;

    /// <summary>Lets an adapter go from memory that was asked for by its path (<see cref="Generation.GenerationRequest.AdapterPath"/>).</summary>
    public void Forget(string modelId, string adapterPath) => catalog.Loaded.FirstOrDefault(model => model.Info.Id == modelId)?.Shelf?.TryDrop(AdapterShelf.Unlisted(adapterPath));
}
