using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Http;

/// <summary>Reads `GET /v1/models`. Only our own service says what a model can do; for others the name has to tell.</summary>
internal static class ServedModelList
{
    /// <summary>Context taken to be safe where the service does not say: every chat model in use takes as much.</summary>
    private const int UnsaidContextTokens = 4096;

    private static readonly string[] EmbeddingNames = ["embed", "bge-", "e5-", "gte-", "minilm", "arctic"];

    public static async Task<IReadOnlyList<ServedModel>> FetchAsync(ModelHostHttp http, CancellationToken cancellation)
    {
        var list = await http.GetAsync("/v1/models", ClientJson.Default.ModelListBody, cancellation);
        return [.. (list.Data ?? []).Where(card => !string.IsNullOrEmpty(card.Id)).Select(Read)];
    }

    private static ServedModel Read(ModelCardBody card)
    {
        var said = card.Capabilities;
        var looksLikeEmbedding = EmbeddingNames.Any(name => card.Id!.Contains(name, StringComparison.OrdinalIgnoreCase));
        var context = card.Meta?.NCtx ?? card.MaxModelLen ?? card.Meta?.NCtxTrain ?? 0;
        return new ServedModel(
            card.Id!,
            CanChat: said?.Contains("chat") ?? !looksLikeEmbedding,
            CanEmbed: said?.Contains("embeddings") ?? looksLikeEmbedding,
            CanAnswer: said?.Contains("answers") ?? true,
            ContextTokens: context > 0 ? context : UnsaidContextTokens,
            EmbeddingLength: card.Meta?.NEmbd ?? 0,
            SizeBytes: card.Meta?.Size ?? 0);
    }
}
