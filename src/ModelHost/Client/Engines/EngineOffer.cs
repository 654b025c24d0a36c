namespace Platform.ModelHost.Client.Engines;

/// <summary>What an engine serves and how it is spoken to.</summary>
internal sealed record EngineOffer(IReadOnlyList<ServedModel> Models, EngineDialect Dialect)
{
    /// <summary>The id under which the engine has the model, or null. Ollama adds a tag; ours and vLLM put adapters after the base's name.</summary>
    internal ServedModel? Find(string id) =>
        Models.FirstOrDefault(model => model.Id == id)
        ?? Models.FirstOrDefault(model => model.Id == id + ":latest")
        ?? (Dialect == EngineDialect.Platform && id.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && Models.FirstOrDefault(model => model.Id == id[..colon]) is { } parent ? parent with { Id = id } : null);
}
