using System.Numerics.Tensors;
using Microsoft.Extensions.AI;

namespace Platform.Agents.Answering.Quoting;

/// <summary>How near in meaning the sentences of the found passages are to a question, by the embedding model.</summary>
internal sealed class SentenceLikeness(IEmbeddingGenerator<string, Embedding<float>> generator)
{
    /// <summary>The cosine of each sentence, in the order of the passages and their sentences. Throws what the generator throws.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<double>>> OfAsync(string question, IReadOnlyList<PassageSentences> passages, CancellationToken cancellation)
    {
        var texts = passages.SelectMany(passage => passage.Sentences.Select(sentence => TextOf(passage, sentence)));
        var vectors = await generator.GenerateAsync(texts.Prepend(question), cancellationToken: cancellation);
        var next = 1;
        return [.. passages.Select(passage => passage.Sentences.Select(_ => Cosine(vectors[0].Vector.Span, vectors[next++].Vector.Span)).ToList())];
    }

    /// <summary>A sentence means what it does under its heading, and a row under its table's head.</summary>
    private static string TextOf(PassageSentences passage, PassageSentence sentence) =>
        string.Join('\n', new[] { passage.Hit.Passage.Heading, sentence.TableHead, sentence.Text }.Where(part => !string.IsNullOrEmpty(part)));

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var cosine = TensorPrimitives.CosineSimilarity(a, b);
        return float.IsFinite(cosine) ? cosine : 0;
    }
}
