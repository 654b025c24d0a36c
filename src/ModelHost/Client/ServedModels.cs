using Microsoft.Extensions.Options;
using Platform.ModelHost.Client.Http;

namespace Platform.ModelHost.Client;

/// <summary>What the model service serves and whether it is up. The list is kept until the service restarts or a call fails.</summary>
public sealed class ServedModels
{
    private readonly ModelHostOptions _options;
    private readonly Func<CancellationToken, Task<IReadOnlyList<ServedModel>>> _fetch;
    private volatile IReadOnlyList<ServedModel>? _kept;

    internal ServedModels(ModelHostHttp http, IOptions<ModelHostOptions> options)
    {
        _options = options.Value;
        _fetch = cancellation => ServedModelList.FetchAsync(http, cancellation);
    }

    /// <summary>A fixed list that no service is asked for.</summary>
    public ServedModels(IReadOnlyList<ServedModel> models, ModelHostOptions? options = null)
    {
        _options = options ?? new ModelHostOptions();
        _fetch = _ => Task.FromResult(models);
    }

    /// <summary>All models. Throws ModelHostException.</summary>
    public async Task<IReadOnlyList<ServedModel>> ListAsync(CancellationToken cancellation) =>
        // Two first callers may both fetch: the answers are equal and a lock would make one wait on the other's cancellation.
        _kept ??= await _fetch(cancellation);

    /// <summary>The configured chat model, or the first that can chat. Throws ModelHostException(ModelNotFound) when there is none.</summary>
    public Task<ServedModel> ChatModelAsync(CancellationToken cancellation) =>
        PickAsync("ModelHost:ChatModel", "chat", _options.ChatModel, model => model.CanChat, cancellation);

    /// <summary>The configured embedding model, or the first that can embed. Throws ModelHostException(ModelNotFound) when there is none.</summary>
    public Task<ServedModel> EmbeddingModelAsync(CancellationToken cancellation) =>
        PickAsync("ModelHost:EmbeddingModel", "embedding", _options.EmbeddingModel, model => model.CanEmbed, cancellation);

    /// <summary>Asks the service again at the next call: it may have restarted with other models.</summary>
    internal void Forget() => _kept = null;

    private async Task<ServedModel> PickAsync(string setting, string job, string wanted, Func<ServedModel, bool> can, CancellationToken cancellation)
    {
        var models = await ListAsync(cancellation);
        var found = wanted.Length == 0
            ? models.FirstOrDefault(can)
            : models.FirstOrDefault(model => model.Id == wanted) ?? models.FirstOrDefault(model => model.Id == wanted + ":latest"); // Ollama's tags
        if (found is not null)
        {
            return found;
        }

        Forget();
        var served = models.Count == 0 ? "no model" : string.Join(", ", models.Select(model => model.Id));
        throw new ModelHostException(ModelHostErrorKind.ModelNotFound, wanted.Length == 0
            ? $"The model service at {_options.Endpoint} serves no {job} model (it serves {served}). Load one or name it in {setting}."
            : $"The model service at {_options.Endpoint} does not serve '{wanted}' (it serves {served}). Change {setting}.");
    }
}
