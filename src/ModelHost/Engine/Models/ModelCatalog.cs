namespace Platform.ModelHost.Engine.Models;

/// <summary>The loaded models by id; `model:adapter` finds the model. Does not change after the start.</summary>
internal sealed class ModelCatalog : IAsyncDisposable
{
    private readonly Dictionary<string, LoadedModel> models;
    private volatile bool stopping;

    /// <exception cref="EngineException">Kind BadRequest: two files of one name.</exception>
    internal ModelCatalog(IReadOnlyList<LoadedModel> loaded)
    {
        models = new Dictionary<string, LoadedModel>(StringComparer.OrdinalIgnoreCase);
        foreach (var model in loaded)
        {
            if (!models.TryAdd(model.Info.Id, model))
            {
                throw new EngineException(EngineErrorKind.BadRequest, $"Two model files have the name '{model.Info.Id}'. Rename one: the name is the model's id.");
            }
        }
        Infos = [.. loaded.Select(m => m.Info)];
    }

    internal IReadOnlyList<ModelInfo> Infos { get; }

    internal IReadOnlyList<ModelLoad> Loads => [.. models.Values.Select(m => m.Load).OfType<ModelLoad>()];

    /// <exception cref="EngineException">Kind ModelNotFound, or Failed when the engine is stopping.</exception>
    internal LoadedModel Find(string modelId) => stopping ? throw new EngineException(EngineErrorKind.Failed, "The model service is stopping. Ask again when it is back.")
        : models.TryGetValue(modelId, out var model) || models.TryGetValue(BaseOf(modelId), out model) ? model
        : throw new EngineException(EngineErrorKind.ModelNotFound, $"The model '{modelId}' is not loaded. Loaded: {(models.Count == 0 ? "none" : string.Join(", ", models.Keys))}.") { Parameter = "model" };

    /// <summary>The adapter that an id `model:adapter` names, or null.</summary>
    internal string? AdapterOf(string modelId) => models.ContainsKey(modelId) || !modelId.Contains(':', StringComparison.Ordinal) ? null : modelId[(modelId.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private static string BaseOf(string modelId) => modelId.Split(':')[0];

    public async ValueTask DisposeAsync()
    {
        stopping = true;
        foreach (var model in models.Values) { await model.DisposeAsync(); }
    }
}
