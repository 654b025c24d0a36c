namespace Platform.ModelHost.Client;

/// <summary>Where the model service is and which of its models to use. Bound from `ModelHost`.</summary>
public sealed class ModelHostOptions
{
    /// <summary>Base address of any OpenAI-compatible service, without /v1.</summary>
    public Uri Endpoint { get; set; } = new("http://127.0.0.1:8081");

    /// <summary>Bearer token; empty sends none.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Chat model id; empty takes the first that can chat.</summary>
    public string ChatModel { get; set; } = "";

    /// <summary>Embedding model id; empty takes the first that can embed.</summary>
    public string EmbeddingModel { get; set; } = "";
}
