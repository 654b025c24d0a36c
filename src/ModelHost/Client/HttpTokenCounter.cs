using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client;

/// <summary>Counts tokens by the service's own `POST /tokenize`. A service that cannot count lists (vLLM, Ollama, OpenAI) is not asked again: the counts are then <see cref="TokenEstimate"/>s, on the high side.</summary>
internal sealed class HttpTokenCounter(ModelHostHttp http, ServedModels models, IOptions<ModelHostOptions> options) : ITokenCounter
{
    private volatile bool _cannotCount;

    public async Task<IReadOnlyList<int>> CountForEmbeddingAsync(IReadOnlyList<string> texts, CancellationToken cancellation) =>
        await CountAsync((await models.EmbeddingModelAsync(cancellation)).Id, texts, cancellation);

    public async Task<IReadOnlyList<int>> CountForChatAsync(IReadOnlyList<string> texts, CancellationToken cancellation) =>
        await CountAsync((await models.ChatModelAsync(cancellation)).Id, texts, cancellation);

    private async Task<IReadOnlyList<int>> CountAsync(string model, IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        var counts = new List<int>(texts.Count);
        foreach (var batch in TextBatches.Of(texts, options.Value.BatchTexts * 16, options.Value.BatchBytes * 4)) // counting is far cheaper than embedding
        {
            counts.AddRange(await AskAsync(model, batch, cancellation) ?? batch.Select(TokenEstimate.Of));
        }

        return counts;
    }

    /// <summary>The counts, or null where the service cannot count.</summary>
    private async Task<IReadOnlyList<int>?> AskAsync(string model, IReadOnlyList<string> batch, CancellationToken cancellation)
    {
        if (_cannotCount)
        {
            return null;
        }

        try
        {
            var request = new JsonObject
            {
                ["model"] = model,
                ["content"] = new JsonArray([.. batch.Select(text => (JsonNode)text)]),
                ["add_special"] = false,
                ["count_only"] = true,
            };
            var answer = await http.PostAsync("/tokenize", request, ClientJson.Default.TokenCountsBody, cancellation);
            _cannotCount = answer.Counts?.Count != batch.Count;
            return _cannotCount ? null : answer.Counts;
        }
        catch (ModelHostException ex) when (MeansCannotCount(ex))
        {
            _cannotCount = true;
            return null;
        }
        catch (ModelHostException)
        {
            models.Forget();
            throw;
        }
    }

    /// <summary>No such path, another request shape, or an answer of another shape; not an overload, a missing model or a service that is down.</summary>
    private static bool MeansCannotCount(ModelHostException ex) =>
        ex.Kind != ModelHostErrorKind.ModelNotFound && (ex.StatusCode is 400 or 404 or 405 or 415 or 422 or 501 || ex is { Kind: ModelHostErrorKind.Failed, StatusCode: null });
}
