using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Platform.Retrieval.Search;

namespace Platform.Fakes;

/// <summary>Embeds without a model: each term of a text points in a direction made from its hash, and the text in the sum of them. Texts that share words are near each other.</summary>
public sealed class HashEmbeddings(int length = 64, string model = "hash") : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>Called before each batch, so that a test can fail it, hold it or count it.</summary>
    public Func<IReadOnlyList<string>, CancellationToken, Task>? OnBatch { get; set; }

    /// <summary>The vector of a text in place of the one made from its terms.</summary>
    public Func<string, float[]>? VectorOf { get; set; }

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        List<string> texts = [.. values];
        if (OnBatch is { } before)
        {
            await before(texts, cancellationToken);
        }

        return [.. texts.Select(text => new Embedding<float>((VectorOf ?? Of)(text)) { ModelId = model })];
    }

    /// <summary>The unit vector of a text.</summary>
    public float[] Of(string text)
    {
        float[] sum = new float[length];
        foreach (string term in QueryTerms.Of(text).DefaultIfEmpty("(nothing)"))
        {
            // The same numbers in every process: string.GetHashCode is not.
            Random direction = new(term.Aggregate(17, (hash, character) => unchecked((hash * 31) + character)));
            for (int i = 0; i < length; i++)
            {
                sum[i] += direction.NextSingle() - 0.5f;
            }
        }

        TensorPrimitives.Divide(sum, TensorPrimitives.Norm(sum), sum);
        return sum;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("fake", null, model, length) : null;

    public void Dispose()
    {
    }
}
