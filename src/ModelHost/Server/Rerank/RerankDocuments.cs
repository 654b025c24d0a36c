using System.Numerics.Tensors;
using System.Security.Cryptography;
using Platform.ModelHost.Engine.Embeddings;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Reranking;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Rerank;

/// <summary>`POST /v1/rerank` and `/rerank`: documents by their relevance to a query. With a model made for it, the model's own scores; with an embedding model the cosine of the two vectors, -1 to 1.</summary>
internal static class RerankDocuments
{
    private const int MaxDocuments = 2_047; // with the query, what one embedding request takes

    public static void MapRerankDocuments(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/rerank", HandleAsync);
        app.MapPost("/rerank", HandleAsync);
    }

    public static Problem? Refusal(RerankRequest request) => request switch
    {
        { Model: null or "" } => Problem.Invalid("model", "'model' is missing. GET /v1/models lists the models."),
        { Query: null or "" } => Problem.Invalid("query", "'query' is missing or empty."),
        { Documents: null or { Count: 0 } } => Problem.Invalid("documents", "'documents' is missing or empty."),
        { Documents.Count: > MaxDocuments } => Problem.Invalid("documents", $"'documents' has {request.Documents.Count} items; at most {MaxDocuments} are taken."),
        { TopN: < 1 } => Problem.Invalid("top_n", $"'top_n' is {request.TopN}; it must be 1 or more."),
        _ when request.Documents.Any(document => document is not { Text.Length: > 0 }) => Problem.Invalid("documents", "A document is null or empty."),
        _ => null,
    };

    private static async Task HandleAsync(HttpContext http, EngineHost host)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.RerankRequest);
        if (Refusal(request) is { } problem)
        {
            throw new RequestRefused(problem);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Drained);
        using var held = await host.Engine.HoldAsync(request.Model!, ending.Token);
        var model = held.Info;
        if (!model.IsEmbedding && !model.IsReranker)
        {
            throw new RequestRefused(Problem.Invalid("model", $"'{model.Id}' does not compare texts; it writes. Name a reranking or an embedding model."));
        }

        var judged = await (model.IsReranker ? JudgeAsync(host, model, request, ending.Token) : CompareAsync(host, model, request, ending.Token));
        var results = judged.Scores
            .Select((score, index) => new RerankResult(index, score) { Document = request.ReturnDocuments == true ? request.Documents![index] : null })
            .OrderByDescending(result => result.RelevanceScore).Take(request.TopN ?? int.MaxValue);
        await http.WriteJsonAsync(
            new RerankBody("rerank-" + RandomNumberGenerator.GetHexString(24, lowercase: true), "list", model.Id, [.. results], new EmbeddingUsage(judged.PromptTokens, judged.PromptTokens)), ServerJson.Wire.RerankBody);
    }

    private static Task<RelevanceResult> JudgeAsync(EngineHost host, ModelInfo model, RerankRequest request, CancellationToken cancellation) =>
        host.Engine.RerankAsync(new RelevanceRequest(model.Id, request.Query!, [.. request.Documents!.Select(document => document!.Text)], request.Truncate == true), cancellation);

    private static async Task<RelevanceResult> CompareAsync(EngineHost host, ModelInfo model, RerankRequest request, CancellationToken cancellation)
    {
        var embedded = await host.Engine.EmbedAsync(new EmbeddingRequest(model.Id, [request.Query!, .. request.Documents!.Select(document => document!.Text)], null, request.Truncate == true) { IsComparison = true }, cancellation);
        return new RelevanceResult([.. embedded.Vectors.Skip(1).Select(vector => TensorPrimitives.Dot(embedded.Vectors[0], vector))], embedded.PromptTokens);
    }
}
