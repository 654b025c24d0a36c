using Microsoft.Extensions.Options;
using Platform.ModelHost.Client.Engines;

namespace Platform.ModelHost.Client;

/// <summary>What the engines serve, taken together. An engine's list is kept until a call to it fails or a look at it finds another.</summary>
public sealed class ServedModels
{
    private readonly ModelHostOptions _options;
    private readonly EnginePool? _pool;
    private readonly IReadOnlyList<ServedModel> _fixed = [];
    private volatile string? _embeddingId;

    internal ServedModels(EnginePool pool, IOptions<ModelHostOptions> options)
    {
        _options = options.Value;
        _pool = pool;
    }

    /// <summary>A fixed list that no service is asked for.</summary>
    public ServedModels(IReadOnlyList<ServedModel> models, ModelHostOptions? options = null)
    {
        _options = options ?? new ModelHostOptions();
        _fixed = models;
    }

    /// <summary>All models of the engines that answer; what several serve stands once. Throws ModelHostException.</summary>
    public async Task<IReadOnlyList<ServedModel>> ListAsync(CancellationToken cancellation) =>
        [.. (await ByEngineAsync(cancellation)).SelectMany(models => models).DistinctBy(model => model.Id)];

    /// <summary>The configured chat model; or the first engine's whose chat model can answer; or the first that can chat. Throws ModelHostException(ModelNotFound) when there is none.</summary>
    /// <param name="wanted">Another one, by its id; empty for none.</param>
    public async Task<ServedModel> ChatModelAsync(CancellationToken cancellation, string wanted = "")
    {
        if (wanted.Length > 0)
        {
            return await FindAsync(wanted, cancellation) ?? throw NotServed("the model", wanted, await ListAsync(cancellation));
        }

        if (_options.ChatModel.Length > 0)
        {
            return await FindAsync(_options.ChatModel, cancellation) ?? throw NotServed("ModelHost:ChatModel", _options.ChatModel, await ListAsync(cancellation));
        }

        var firsts = (await ByEngineAsync(cancellation)).Select(models => models.FirstOrDefault(model => model.CanChat)).OfType<ServedModel>().ToList();
        return firsts.Find(model => model.CanAnswer) ?? firsts.FirstOrDefault() ?? throw Without("ModelHost:ChatModel", "chat", await ListAsync(cancellation));
    }

    /// <summary>The configured embedding model, or the first that can embed, one that is pinned before others. Vectors of two models do not mix, so the choice stays while it is served, and no engine that is away is passed over. Throws ModelHostException(ModelNotFound) when there is none.</summary>
    public async Task<ServedModel> EmbeddingModelAsync(CancellationToken cancellation)
    {
        var wanted = _options.EmbeddingModel.Length > 0 ? _options.EmbeddingModel : _embeddingId;
        if (wanted is not null && await FindAsync(wanted, cancellation) is { } found)
        {
            return found;
        }

        if (_options.EmbeddingModel.Length > 0)
        {
            throw NotServed("ModelHost:EmbeddingModel", _options.EmbeddingModel, await ListAsync(cancellation));
        }

        foreach (var engine in _pool?.Engines ?? [])
        {
            if ((await engine.OfferAsync(cancellation)).Models.Where(model => model.CanEmbed).OrderByDescending(model => model.IsPinned).FirstOrDefault() is { } model)
            {
                _embeddingId = model.Id;
                return model;
            }
        }

        return _fixed.FirstOrDefault(model => model.CanEmbed) ?? throw Without("ModelHost:EmbeddingModel", "embedding", await ListAsync(cancellation));
    }

    /// <summary>The configured reranking model, or the first made for it. Throws ModelHostException(ModelNotFound) when there is none.</summary>
    public async Task<ServedModel> RerankModelAsync(CancellationToken cancellation)
    {
        if (_options.RerankModel.Length > 0)
        {
            return await FindAsync(_options.RerankModel, cancellation) ?? throw NotServed("ModelHost:RerankModel", _options.RerankModel, await ListAsync(cancellation));
        }

        var models = await ListAsync(cancellation);
        return models.FirstOrDefault(model => model.CanRerank) ?? throw Without("ModelHost:RerankModel", "reranking", models);
    }

    /// <summary>Name of the engine that has a model which the program's own service, ModelHost:Endpoint, has not; null where that has it too or does not answer (it says itself what it has), or none has. Throws ModelHostException.</summary>
    public async Task<string?> ElsewhereAsync(string model, CancellationToken cancellation)
    {
        if (_pool is null)
        {
            return null;
        }

        var (named, id) = _pool.Named(model);
        var offers = await _pool.OffersAsync(cancellation);
        if (named is null && _pool.Engines.Any(engine => engine.Name == _options.Name) && !offers.Any(known => known.Engine.Name == _options.Name))
        {
            return null;
        }

        var having = offers.Where(known => (named is null || known.Engine == named) && known.Offer.Find(id) is not null).Select(known => known.Engine.Name).ToList();
        return having.Contains(_options.Name) ? null : having.FirstOrDefault();
    }

    private async Task<IReadOnlyList<IReadOnlyList<ServedModel>>> ByEngineAsync(CancellationToken cancellation) =>
        _pool is null ? [_fixed] : [.. (await _pool.OffersAsync(cancellation)).Select(known => known.Offer.Models)];

    /// <summary>The model under the id by which it is asked for; null where no engine has it. Throws ModelHostException when one that may have it is away.</summary>
    private async Task<ServedModel?> FindAsync(string wanted, CancellationToken cancellation)
    {
        if (_pool is null)
        {
            return _fixed.FirstOrDefault(model => model.Id == wanted);
        }

        var (engine, id) = _pool.Named(wanted);
        if (engine is not null)
        {
            return (await engine.OfferAsync(cancellation)).Find(id) is { } there ? there with { Id = wanted } : null;
        }

        return (await _pool.OffersAsync(cancellation)).Select(known => known.Offer.Find(id)).FirstOrDefault(model => model is not null)
            ?? (_pool.Engines.Any(one => one.Offer is null) ? throw _pool.NotServed(wanted) : null);
    }

    private ModelHostException NotServed(string setting, string wanted, IReadOnlyList<ServedModel> models)
    {
        _pool?.Forget();
        return new(ModelHostErrorKind.ModelNotFound, $"The model service does not serve '{wanted}' (it serves {Names(models)}). Change {setting}.");
    }

    private ModelHostException Without(string setting, string job, IReadOnlyList<ServedModel> models)
    {
        _pool?.Forget();
        return new(ModelHostErrorKind.ModelNotFound, $"The model service serves no {job} model (it serves {Names(models)}). Load one or name it in {setting}.");
    }

    /// <summary>Without the versions of adapters, which are not everybody's to know.</summary>
    private static string Names(IReadOnlyList<ServedModel> models) => string.Join(", ", models.Select(model => model.Id).Where(id => !id.Contains('@', StringComparison.Ordinal)).DefaultIfEmpty("no model"));
}
