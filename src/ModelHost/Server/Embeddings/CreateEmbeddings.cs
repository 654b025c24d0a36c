using Platform.ModelHost.Engine.Embeddings;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Embeddings;

/// <summary>`POST /v1/embeddings`: unit vectors, one an input, in order.</summary>
internal static class CreateEmbeddings
{
    public static void MapCreateEmbeddings(this IEndpointRouteBuilder app) => app.MapPost("/v1/embeddings", HandleAsync);

    private static async Task HandleAsync(HttpContext http, EngineHost host)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.EmbeddingsRequest);
        if (EmbeddingsCheck.Refusal(request) is { } problem)
        {
            throw new RequestRefused(problem);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Drained);
        using var held = await host.Engine.HoldAsync(request.Model!, ending.Token);
        var model = held.Info;
        if (EmbeddingsCheck.Refusal(request, model) is { } mismatch)
        {
            throw new RequestRefused(mismatch);
        }

        var input = request.Input!;
        var result = await host.Engine.EmbedAsync(new EmbeddingRequest(model.Id, input.Texts, input.Tokens, request.Truncate == true), ending.Token);
        var asBase64 = request.EncodingFormat == "base64";
        var data = result.Vectors.Select((vector, index) => new EmbeddingBody("embedding", index, new EncodedVector(vector, asBase64)));
        await http.WriteJsonAsync(new EmbeddingsBody("list", [.. data], model.Id, new EmbeddingUsage(result.PromptTokens, result.PromptTokens)), ServerJson.Wire.EmbeddingsBody);
    }
}
