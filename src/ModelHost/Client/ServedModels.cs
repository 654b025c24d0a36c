namespace Platform.ModelHost.Client;

/// <summary>What the model service serves and whether it is up. The list is kept until the service restarts or a call fails.</summary>
public sealed class ServedModels
{
    /// <summary>All models. Throws ModelHostException.</summary>
    public Task<IReadOnlyList<ServedModel>> ListAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The configured chat model, or the first that can chat. Throws ModelHostException(ModelNotFound) when there is none.</summary>
    public Task<ServedModel> ChatModelAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The configured embedding model, or the first that can embed.</summary>
    public Task<ServedModel> EmbeddingModelAsync(CancellationToken cancellation) => throw new NotImplementedException();
}
