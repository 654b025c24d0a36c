using Microsoft.Extensions.AI;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Index;

namespace Platform.Retrieval.Embedding;

/// <summary>Turns passages and questions into vectors, and says which model made them.</summary>
internal sealed class PassageEmbedder(IEmbeddingGenerator<string, Embedding<float>> generator)
{
    /// <summary>Passages sent in one call: enough to keep the model busy, few enough to show progress and to stop soon.</summary>
    private const int BatchSize = 32;

    /// <summary>Embeds passages with their headings, in order.</summary>
    public async Task<EmbeddedPassages> EmbedAsync(IReadOnlyList<Passage> passages, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        List<IndexedPassage> done = new(passages.Count);
        string model = "";
        foreach (Passage[] batch in passages.Chunk(BatchSize))
        {
            GeneratedEmbeddings<Embedding<float>> vectors = await generator.GenerateAsync(batch.Select(TextOf), cancellationToken: cancellation);
            if (vectors.Count != batch.Length)
            {
                throw new InvalidOperationException($"The embedding model returned {vectors.Count} vectors for {batch.Length} texts.");
            }

            model = ModelOf(vectors[0]);
            done.AddRange(batch.Zip(vectors, (passage, embedding) => new IndexedPassage(passage, embedding.Vector)));
            progress?.Report((done.Count, passages.Count));
        }

        return new EmbeddedPassages(model, done);
    }

    /// <summary>The vector of a question, and the model that made it.</summary>
    public async Task<(string Model, ReadOnlyMemory<float> Vector)> EmbedQuestionAsync(string question, CancellationToken cancellation)
    {
        GeneratedEmbeddings<Embedding<float>> vectors = await generator.GenerateAsync([question], cancellationToken: cancellation);
        return (ModelOf(vectors[0]), vectors[0].Vector);
    }

    private static string TextOf(Passage passage) => passage.Heading.Length == 0 ? passage.Text : $"{passage.Heading}\n{passage.Text}";

    private string ModelOf(Embedding<float> embedding) =>
        embedding.ModelId ?? (generator.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata)?.DefaultModelId ?? "unnamed";
}

/// <summary>Passages with their vectors, all made by one model.</summary>
internal sealed record EmbeddedPassages(string Model, IReadOnlyList<IndexedPassage> Passages);
