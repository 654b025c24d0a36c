using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client.Engines;
using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client;

/// <summary>Reranking by `POST /v1/rerank`, as ours, llama.cpp, vLLM, Jina and Cohere answer it, in requests bounded by ModelHost:BatchTexts and BatchBytes.</summary>
internal sealed class HttpReranker(EnginePool engines, ServedModels models, IOptions<ModelHostOptions> options) : IReranker
{
    public async Task<IReadOnlyList<float>> ScoreAsync(string query, IReadOnlyList<string> documents, CancellationToken cancellation)
    {
        var model = (await models.RerankModelAsync(cancellation)).Id;
        var scores = new List<float>(documents.Count);
        foreach (var batch in TextBatches.Of(documents, options.Value.BatchTexts, options.Value.BatchBytes))
        {
            var answer = await engines.RunAsync(new EngineCall(model), lease => lease.PostAsync("/v1/rerank", Request(lease.Target, query, batch), ClientJson.Default.RerankBody, cancellation), cancellation);
            scores.AddRange(Scores(answer, batch.Count));
        }

        return scores;
    }

    private static JsonObject Request(EngineTarget target, string query, IReadOnlyList<string> batch)
    {
        var body = new JsonObject
        {
            ["model"] = target.Model,
            ["query"] = query,
            ["documents"] = new JsonArray([.. batch.Select(text => (JsonNode)text)]),
        };
        if (ExtensionFields.IsKnown(target.Dialect, "truncate"))
        {
            body["truncate"] = true;
        }

        return body;
    }

    /// <summary>In the order of the documents; an answer that leaves one out or says no number is refused.</summary>
    private static float[] Scores(RerankBody answer, int expected)
    {
        var scores = new float?[expected];
        foreach (var result in answer.Results ?? [])
        {
            if (result.Index < 0 || result.Index >= expected || scores[result.Index] is not null)
            {
                throw Refused($"it numbers a score {result.Index} where {expected} documents were sent.");
            }

            scores[result.Index] = result.RelevanceScore is { } score && float.IsFinite((float)score) ? (float)score : throw Refused($"the score of document {result.Index} is no number.");
        }

        var missing = Array.IndexOf(scores, null);
        return missing < 0 ? [.. scores.Select(score => score!.Value)] : throw Refused($"document {missing} of {expected} has no score.");
    }

    private static ModelHostException Refused(string why) => new(ModelHostErrorKind.Failed, $"The model service's scores cannot be used: {why}");
}
