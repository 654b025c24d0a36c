using Platform.ModelHost.Client.Engines;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Http;

/// <summary>Reads `GET /v1/models`. Only our own service says what a model can do; for others the name has to tell.</summary>
internal static class ServedModelList
{
    /// <summary>Context taken to be safe where the service does not say: every chat model in use takes as much.</summary>
    private const int UnsaidContextTokens = 4096;

    /// <summary>Whom the models of our own service belong to. It alone tells a model whose words are answers; another that lists abilities does not know the word.</summary>
    private const string Ours = "local";

    private static readonly string[] EmbeddingNames = ["embed", "bge-", "e5-", "gte-", "minilm", "arctic"];

    /// <param name="only">Ids of the models to use, also such as the service does not list; empty for all that it lists.</param>
    public static async Task<EngineOffer> FetchAsync(ModelHostHttp http, IReadOnlyList<string> only, CancellationToken cancellation)
    {
        var cards = await CardsAsync(http, mayBeAbsent: only.Count > 0, cancellation);
        var models = cards.Select(Read).ToList();
        return new EngineOffer(only.Count == 0 ? models : [.. only.Select(id => models.Find(model => model.Id == id) ?? Read(new ModelCardBody(id, null, null, null, null, null, null)))], Dialect(cards));
    }

    private static async Task<IReadOnlyList<ModelCardBody>> CardsAsync(ModelHostHttp http, bool mayBeAbsent, CancellationToken cancellation)
    {
        try
        {
            var list = await http.GetAsync("/v1/models", ClientJson.Default.ModelListBody, cancellation);
            return [.. (list.Data ?? []).Where(card => !string.IsNullOrEmpty(card.Id))];
        }
        catch (ModelHostException noList) when (mayBeAbsent && noList.IsAboutThePath)
        {
            return [];
        }
    }

    /// <summary>Ours alone says what a model can do; the others are told by whom their models belong to.</summary>
    private static EngineDialect Dialect(IReadOnlyList<ModelCardBody> cards) =>
        cards.Any(card => card.Capabilities is not null) ? EngineDialect.Platform
        : cards.Any(card => card.OwnedBy == "llamacpp") ? EngineDialect.LlamaCpp
        : cards.Any(card => card.OwnedBy is "vllm" or "sglang") ? EngineDialect.Vllm
        : EngineDialect.Plain;

    private static ServedModel Read(ModelCardBody card)
    {
        var said = card.Capabilities;
        var looksLikeReranker = card.Id!.Contains("rerank", StringComparison.OrdinalIgnoreCase);
        var looksLikeEmbedding = !looksLikeReranker && EmbeddingNames.Any(name => card.Id.Contains(name, StringComparison.OrdinalIgnoreCase));
        var context = card.Meta?.NCtx ?? card.MaxModelLen ?? card.Meta?.NCtxTrain ?? 0;
        return new ServedModel(
            card.Id,
            CanChat: said?.Contains("chat") ?? !(looksLikeEmbedding || looksLikeReranker),
            CanEmbed: said?.Contains("embeddings") ?? looksLikeEmbedding,
            CanAnswer: card.OwnedBy != Ours || said?.Contains("answers") != false,
            ContextTokens: context > 0 ? context : UnsaidContextTokens,
            EmbeddingLength: card.Meta?.NEmbd ?? 0,
            SizeBytes: card.Meta?.Size ?? 0)
        {
            IsPinned = card.Pinned == true,
            Sha256 = card.Sha256 ?? card.Meta?.Sha256 ?? "",
            CanRerank = said is null ? looksLikeReranker : said.Contains("rerank") && !said.Contains("embeddings"), // ours compares by vectors too, which says less
        };
    }
}
