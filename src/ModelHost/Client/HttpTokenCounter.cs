using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client.Engines;
using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client;

/// <summary>Counts tokens by the service's own `POST /tokenize`. An engine that cannot count lists (vLLM, Ollama, OpenAI) is not asked again: the counts are then <see cref="TokenEstimate"/>s, on the high side.</summary>
internal sealed class HttpTokenCounter(EnginePool engines, ServedModels models, IOptions<ModelHostOptions> options) : ITokenCounter
{
    public async Task<IReadOnlyList<int>> CountForEmbeddingAsync(IReadOnlyList<string> texts, CancellationToken cancellation) =>
        await CountAsync((await models.EmbeddingModelAsync(cancellation)).Id, texts, cancellation);

    public async Task<IReadOnlyList<int>> CountForChatAsync(IReadOnlyList<string> texts, CancellationToken cancellation, string model = "") =>
        await CountAsync((await models.ChatModelAsync(cancellation, model)).Id, texts, cancellation);

    private async Task<IReadOnlyList<int>> CountAsync(string model, IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        var counts = new List<int>(texts.Count);
        foreach (var batch in TextBatches.Of(texts, options.Value.BatchTexts * 16, options.Value.BatchBytes * 4)) // counting is far cheaper than embedding
        {
            counts.AddRange(await AskAsync(model, batch, cancellation) ?? batch.Select(TokenEstimate.Of));
        }

        return counts;
    }

    /// <summary>The counts, or null where the engine cannot count.</summary>
    private Task<IReadOnlyList<int>?> AskAsync(string model, IReadOnlyList<string> batch, CancellationToken cancellation) =>
        engines.RunAsync(new EngineCall(model), lease => AskAsync(lease, batch, cancellation), cancellation);

    private static async Task<IReadOnlyList<int>?> AskAsync(EngineLease lease, IReadOnlyList<string> batch, CancellationToken cancellation)
    {
        using (lease)
        {
            if (lease.Engine.CannotCount || lease.Target.Dialect != EngineDialect.Platform)
            {
                return null;
            }

            try
            {
                var request = new JsonObject
                {
                    ["model"] = lease.Target.Model,
                    ["content"] = new JsonArray([.. batch.Select(text => (JsonNode)text)]),
                    ["add_special"] = false,
                    ["count_only"] = true,
                };
                var answer = await lease.PostAsync("/tokenize", request, ClientJson.Default.TokenCountsBody, cancellation);
                lease.Engine.CannotCount = answer.Counts?.Count != batch.Count;
                return lease.Engine.CannotCount ? null : answer.Counts;
            }
            catch (ModelHostException ex) when (ex.IsAboutThePath)
            {
                lease.Engine.CannotCount = true;
                return null;
            }
        }
    }
}
