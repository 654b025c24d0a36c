using Platform.ModelHost.Engine.Embeddings;
using Platform.ModelHost.Engine.Reranking;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Models;

/// <summary>Models that read and write nothing: those that embed, and those that judge pairs of texts.</summary>
internal sealed partial class ModelLoader
{
    private (Embedding? Embedding, Reranker? Reranker) Read(ModelFile file, SafeLlamaModelHandle model, Tokenizer tokenizer)
    {
        var tokens = file.ContextTokens;
        var context = SafeLlamaContextHandle.Create(model, new ContextOptions
        {
            MemoryTokens = tokens,
            BatchTokens = tokens, // an input must lie in one pass for its vectors to be pooled
            Sequences = EmbeddingSequences,
            Threads = Threads(model.WeightBytes),
            Embeddings = true,
            SharedMemory = true,
        });
        var ranks = context.Pooling == SafeLlamaContextHandle.RankPooling;
        var fault = context.Pooling is < 1 or > SafeLlamaContextHandle.RankPooling ? "does not say how its token vectors become one, so it is no embedding model. Name one in Engine:EmbeddingModel."
            : ranks && !file.Header.Tensors.Any(t => t.Name.StartsWith("cls.", StringComparison.Ordinal)) ? "is said to judge pairs of texts and has no weights for that. Convert it again with a current llama.cpp."
            : null;
        if (fault is not null)
        {
            context.Dispose();
            throw new EngineException(EngineErrorKind.InvalidModelFile, $"The model '{file.Id}' {fault}");
        }
        var queue = new EmbeddingQueue(options.QueueLimit);
        var loop = new EmbeddingLoop(context, library.HasGpu ? tokens : Math.Min(tokens, FullEmbeddingBatch), EmbeddingSequences, ranks ? model.Scores : model.EmbeddingLength, queue, log);
        if (!ranks) { return (new Embedding(file.Id, tokenizer, queue, loop, tokens), null); }
        return (null, new Reranker(file.Id, new PairFormat(tokenizer, Template(model)), queue, loop, tokens));
    }

    /// <summary>The file's own form of a pair, if it has places for both texts.</summary>
    private static string? Template(SafeLlamaModelHandle model) =>
        model.Metadata("tokenizer.chat_template.rerank") is { } form && form.Contains("{query}", StringComparison.Ordinal) && form.Contains("{document}", StringComparison.Ordinal) ? form : null;
}
