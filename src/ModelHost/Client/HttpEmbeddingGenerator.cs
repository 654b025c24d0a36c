using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client.Engines;
using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client;

/// <summary>Embeddings from any OpenAI-compatible service: one vector a text, in order, in requests bounded by ModelHost:BatchTexts and BatchBytes.</summary>
/// <remarks>A vector's ModelId is the model's name, with `@` and the beginning of its weights' hash where the service tells it. AdditionalProperties go into the request as they are (`truncate`, `input_type`), where the engine knows them. Every batch may go to another replica of the one model, but to none that has another file under its name. A vector with NaN or of another length than its neighbours is refused.</remarks>
internal sealed class HttpEmbeddingGenerator(EnginePool engines, ServedModels models, IOptions<ModelHostOptions> options) : IEmbeddingGenerator<string, Embedding<float>>
{
    private const int RevisionLength = 12;

    private readonly EmbeddingGeneratorMetadata _metadata = new("modelhost", engines.Engines[0].Http.Endpoint);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var served = options?.ModelId is null ? await models.EmbeddingModelAsync(cancellationToken) : null;
        var model = served?.Id ?? options!.ModelId!;
        var sha256 = served?.Sha256; // of a model that is named here, the first answer's
        var result = new GeneratedEmbeddings<Embedding<float>> { Usage = new UsageDetails { InputTokenCount = 0, TotalTokenCount = 0 } };
        foreach (var batch in TextBatches.Of(values, Limits.BatchTexts, Limits.BatchBytes))
        {
            (var answer, sha256) = await AskAsync(model, sha256, batch, options, cancellationToken);
            foreach (var vector in VectorReader.Read(answer, batch.Count, result.Count > 0 ? result[0].Vector.Length : null))
            {
                result.Add(new Embedding<float>(vector) { ModelId = Revision(answer.Model ?? model, sha256) });
            }

            result.Usage.Add(new UsageDetails { InputTokenCount = answer.Usage?.PromptTokens, TotalTokenCount = answer.Usage?.TotalTokens });
        }

        return result;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // The connections belong to the container.
    }

    /// <summary>The model with its weights' hash, as name@hash: vectors of another file mean something else, whatever its name.</summary>
    private static string Revision(string model, string sha256) => sha256.Length > RevisionLength ? $"{model}@{sha256[..RevisionLength]}" : model;

    private ModelHostOptions Limits => options.Value;

    private Task<(EmbeddingsBody Answer, string Sha256)> AskAsync(string model, string? sha256, IReadOnlyList<string> batch, EmbeddingGenerationOptions? options, CancellationToken cancellation) =>
        engines.RunAsync(
            new EngineCall(model, Sha256: sha256),
            async lease => (await lease.PostAsync("/v1/embeddings", Request(lease.Target, batch, options), ClientJson.Default.EmbeddingsBody, cancellation), lease.Target.Sha256),
            cancellation);

    private static JsonObject Request(EngineTarget target, IReadOnlyList<string> batch, EmbeddingGenerationOptions? options)
    {
        var body = new JsonObject
        {
            ["model"] = target.Model,
            ["input"] = new JsonArray([.. batch.Select(text => (JsonNode)text)]),
            ["encoding_format"] = "base64", // a quarter of the bytes of decimal text
        };
        if (options?.Dimensions is { } dimensions)
        {
            body["dimensions"] = dimensions;
        }

        foreach (var (name, value) in (options?.AdditionalProperties ?? []).Where(field => ExtensionFields.IsKnown(target.Dialect, field.Key)))
        {
            body[name] = value is null ? null : JsonSerializer.SerializeToNode(value, RequestJson.Options);
        }

        return body;
    }
}
