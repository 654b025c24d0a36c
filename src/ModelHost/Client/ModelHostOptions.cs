namespace Platform.ModelHost.Client;

/// <summary>Where the model service is and which of its models to use. Bound from `ModelHost`; read once, at the first call.</summary>
public sealed class ModelHostOptions
{
    /// <summary>Base address of any OpenAI-compatible service, with or without /v1.</summary>
    public Uri Endpoint { get; set; } = new("http://127.0.0.1:8081");

    /// <summary>Bearer token; empty sends none.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Chat model id; empty takes the first that can chat.</summary>
    public string ChatModel { get; set; } = "";

    /// <summary>Embedding model id; empty takes the first that can embed.</summary>
    public string EmbeddingModel { get; set; } = "";

    /// <summary>How long to wait for a connection. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the service may stay silent (no byte, not even a keep-alive) before a call is given up. There is no limit on the whole call. Default 10 min.</summary>
    public TimeSpan SilenceLimit { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Most texts in one request for embeddings or counts. Default 64.</summary>
    public int BatchTexts { get; set; } = 64;

    /// <summary>Most UTF-8 bytes of text in one request for embeddings or counts; a single longer text travels alone. Default 256 KiB.</summary>
    public int BatchBytes { get; set; } = 256 * 1024;
}
