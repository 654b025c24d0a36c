using Platform.ModelHost.Client.Engines;

namespace Platform.ModelHost.Client;

/// <summary>Which model services there are and which of their models to use. Bound from `ModelHost`; read once, at the first call.</summary>
public sealed class ModelHostOptions
{
    private static readonly Uri Usual = new("http://127.0.0.1:8081");

    /// <summary>Base address of any OpenAI-compatible service, with or without /v1. Null: only <see cref="Engines"/>, or where there are none either, http://127.0.0.1:8081.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Bearer token of <see cref="Endpoint"/>; empty sends none.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>What <see cref="Endpoint"/> is called among several. Default main.</summary>
    public string Name { get; set; } = "main";

    /// <summary>More services beside <see cref="Endpoint"/>, or in its place. The same model id on several makes them replicas.</summary>
    public IList<EngineSettings> Engines { get; } = [];

    /// <summary>Chat model id, or engine/id; empty takes the first that can answer, or else the first that can chat.</summary>
    public string ChatModel { get; set; } = "";

    /// <summary>Embedding model id, or engine/id; empty takes the first that can embed, and keeps to it.</summary>
    public string EmbeddingModel { get; set; } = "";

    /// <summary>Reranking model id, or engine/id; search puts its first hits into its order. Empty: search asks none, and other callers get the first that is made for it.</summary>
    public string RerankModel { get; set; } = "";

    /// <summary>How long to wait for a connection. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the service may stay silent (no byte, not even a keep-alive) before a call is given up. There is no limit on the whole call. Default 10 min.</summary>
    public TimeSpan SilenceLimit { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Most texts in one request for embeddings or counts. Default 64.</summary>
    public int BatchTexts { get; set; } = 64;

    /// <summary>Most UTF-8 bytes of text in one request for embeddings or counts; a single longer text travels alone. Default 256 KiB.</summary>
    public int BatchBytes { get; set; } = 256 * 1024;

    /// <summary>Pause between two looks at an engine that is well, more or less by a fifth so that many watchers do not ask at once. Default 5 s.</summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A conversation leaves the replica that knows it when that one would have more than this many times its share of the requests that run. 1 to 100; default 1.5.</summary>
    public double OverloadFactor { get; set; } = 1.5;

    /// <summary>Every engine, <see cref="Endpoint"/> first.</summary>
    internal IReadOnlyList<EngineSettings> All
    {
        get
        {
            var first = Endpoint ?? (Engines.Count == 0 ? Usual : null);
            return [.. first is null ? [] : (EngineSettings[])[new EngineSettings { Name = Name, Endpoint = first, ApiKey = ApiKey }], .. Engines];
        }
    }

    /// <summary>Why these options cannot be used, or null.</summary>
    internal string? Refusal()
    {
        if (Endpoint is not null && !EngineSettings.IsAddress(Endpoint)) { return "ModelHost:Endpoint must be an http or https address, such as http://127.0.0.1:8081."; }
        if (BatchTexts <= 0 || BatchBytes <= 0) { return "ModelHost:BatchTexts and ModelHost:BatchBytes must be above zero."; }
        if (CheckInterval < TimeSpan.FromMilliseconds(100)) { return $"ModelHost:CheckInterval is {CheckInterval}; it must be 0.1 s at least."; }
        if (!(OverloadFactor is >= 1 and <= 100)) { return FormattableString.Invariant($"ModelHost:OverloadFactor is {OverloadFactor}; it must be 1 to 100."); }
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var engine in All)
        {
            if (engine.Refusal() is { } refusal) { return refusal; }
            if (!names.Add(engine.Name)) { return $"Two engines are called '{engine.Name}'. Give each of ModelHost:Engines a Name of its own; ModelHost:Endpoint is called '{Name}' (ModelHost:Name)."; }
        }
        return null;
    }
}
