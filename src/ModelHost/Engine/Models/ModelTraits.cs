using Platform.ModelHost.Engine.Tokens.Answers;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Models;

/// <summary>What a model file says of itself; nothing is loaded to know it.</summary>
/// <param name="Quantization">How most of its weights are packed, as q4_k_m.</param>
/// <param name="VocabularyType">llama.cpp's number: 1 SentencePiece, 2 byte pairs, 3 word pieces, 4 unigrams, 0 none or another.</param>
/// <param name="IsEmbedding">It reads and writes nothing.</param>
/// <param name="IsReranker">It judges pairs of texts and makes no vectors of them.</param>
/// <param name="CanAnswer">False when the model's card says that its words are not answers.</param>
/// <param name="Thinks">Its chat template speaks of thinking before the answer.</param>
public sealed record ModelTraits(
    string Architecture, string Quantization, long Parameters, int TrainingContextTokens, int EmbeddingLength, int VocabularySize, int VocabularyType, bool IsEmbedding, bool IsReranker, bool CanAnswer, bool Thinks)
{
    private static readonly string[] VocabularyTypes = ["none", "llama", "gpt2", "bert", "t5"];

    public bool IsChat => !IsEmbedding;

    /// <summary>Its layers; 0 where the file does not say.</summary>
    public int Layers { get; init; }

    /// <summary>It carries a chat template; without one it goes on with raw texts only.</summary>
    public bool HasTemplate { get; init; } = true;

    /// <summary>Smaller formats that it can be written in, each with the bytes that the file will have, about.</summary>
    public IReadOnlyList<(string Format, long Bytes)> Smaller { get; init; } = [];

    /// <param name="header">Of a file that GgufCheck passed.</param>
    /// <param name="path">Where it lies; its card lies beside it.</param>
    /// <param name="embeds">What it is for; null lets the file say.</param>
    internal static ModelTraits Of(GgufHeader header, string path, bool? embeds)
    {
        var architecture = header.Metadata["general.architecture"].Text!;
        var isEmbedding = embeds ?? (header.Metadata.ContainsKey(architecture + ".pooling_type") || architecture.EndsWith("bert", StringComparison.Ordinal));
        return new ModelTraits(
            architecture,
            Quantizations.Of(header),
            header.Tensors.Sum(tensor => tensor.Shape.Aggregate(1L, (product, length) => product * length)),
            Number(header, architecture + ".context_length"),
            Number(header, architecture + ".embedding_length"),
            (int)(header.Metadata.GetValueOrDefault("tokenizer.ggml.tokens")?.Count ?? 0),
            Math.Max(0, Array.IndexOf(VocabularyTypes, header.Metadata.GetValueOrDefault("tokenizer.ggml.model")?.Text)),
            isEmbedding,
            isEmbedding && Number(header, architecture + ".pooling_type") == SafeLlamaContextHandle.RankPooling,
            !isEmbedding && ModelCard.Beside(path).CanAnswer,
            !isEmbedding && ReasoningMarks.AreIn(header.Metadata.GetValueOrDefault("tokenizer.chat_template")?.Text))
        {
            Layers = Number(header, architecture + ".block_count"),
            HasTemplate = !string.IsNullOrWhiteSpace(header.Metadata.GetValueOrDefault("tokenizer.chat_template")?.Text),
            Smaller = [.. WeightFormat.Of(header).Select(format => (format.Name, format.BytesOf(header)))],
        };
    }

    private static int Number(GgufHeader header, string key) => header.Metadata.GetValueOrDefault(key) is { Numbers: [var number, ..] } ? (int)number : 0;
}
