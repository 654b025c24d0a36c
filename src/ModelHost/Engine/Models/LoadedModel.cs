using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Embeddings;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Reranking;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Models;

/// <summary>A model with everything that serves it. Owns its native objects.</summary>
internal sealed class LoadedModel(ModelInfo info, SafeLlamaModelHandle model, Tokenizer tokenizer, ChatTemplate template, Generating? generating, Embedding? embedding, Reranker? reranker) : IAsyncDisposable
{
    internal ModelInfo Info { get; } = info;

    internal Tokenizer Tokenizer { get; } = tokenizer;

    internal ChatTemplate Template { get; } = template;

    /// <summary>Null for a model that only embeds.</summary>
    internal ModelLoad? Load => generating?.Load;

    /// <summary>Its adapters; null for a model that only embeds.</summary>
    internal AdapterShelf? Shelf => generating?.Shelf;

    /// <exception cref="EngineException">Kind BadRequest: it only embeds.</exception>
    internal Generating Generating => generating ?? throw new EngineException(EngineErrorKind.BadRequest, $"The model '{Info.Id}' reads text and writes none. Choose a chat model.") { Parameter = "model" };

    /// <exception cref="EngineException">Kind BadRequest: it only writes.</exception>
    internal Embedding Embedding => embedding ?? throw new EngineException(EngineErrorKind.BadRequest, $"The model '{Info.Id}' makes no vectors. Choose an embedding model.") { Parameter = "model" };

    /// <exception cref="EngineException">Kind BadRequest: it judges no pairs.</exception>
    internal Reranker Reranker => reranker ?? throw new EngineException(EngineErrorKind.BadRequest, $"The model '{Info.Id}' does not judge documents. Choose a reranking model.") { Parameter = "model" };

    public async ValueTask DisposeAsync()
    {
        if (generating is not null) { await generating.DisposeAsync(); }
        if (embedding is not null) { await embedding.DisposeAsync(); }
        if (reranker is not null) { await reranker.DisposeAsync(); }
        model.Dispose();
    }
}
