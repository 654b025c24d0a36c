using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Embeddings;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Models;

/// <summary>From a GGUF file to a model that serves: check, load, estimate, context, loop.</summary>
internal sealed class ModelLoader(EngineOptions options, LlamaLibrary library, TimeProvider time, ILogger log)
{
    private const int MostChatTokens = 8_192, MostEmbeddingTokens = 2_048;
    private const int EmbeddingSequences = 64, MostSequences = 256, SequencesPerSlot = 9, KeptSequences = 32; // 256 is llama.cpp's limit; a slot may search with eight beams
    private const int FullEmbeddingBatch = 256; // attention runs over the whole batch, so larger ones cost more a token; a GPU wants them all the same
    private const int PromptTokensPerStep = 512, PromptTokensPerStepOnGpu = 2_048;
    private const long TinyModelBytes = 256L << 20;

    /// <exception cref="EngineException">Kinds InvalidModelFile, OutOfMemory, BadRequest.</exception>
    internal LoadedModel Load(string path, bool embeds, CancellationToken cancellation)
    {
        var id = Path.GetFileNameWithoutExtension(path).ToLowerInvariant();
        var (header, sha256) = CheckFile(path, cancellation);
        var model = LoadFile(path, cancellation);
        try
        {
            return Serve(id, path, header, sha256, model, embeds);
        }
        catch (NativeCallException fault)
        {
            model.Dispose();
            throw new EngineException(EngineErrorKind.OutOfMemory, $"The model '{id}' was loaded but could not be started: {fault.Message} Lower Engine:ContextTokens or Engine:Slots.", fault);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private LoadedModel Serve(string id, string path, GgufHeader header, string sha256, SafeLlamaModelHandle model, bool embeds)
    {
        var tokenizer = new Tokenizer(model);
        var template = new ChatTemplate(id, model.ChatTemplate, tokenizer.SpecialTexts(), time);
        if (template.Weakness is { } weakness) { log.LogWarning("{Weakness}", weakness); }
        var training = model.TrainingContextTokens;
        var tokens = Math.Min(training, options.ContextTokens > 0 ? options.ContextTokens : embeds ? MostEmbeddingTokens : MostChatTokens);
        if (!library.HasGpu)
        {
            MemoryEstimate.Check(id, model.WeightBytes + MemoryEstimate.KeysAndValues(model, embeds ? tokens : tokens * options.Slots), $"its weights and {tokens} tokens of context{(embeds ? "" : $" in each of {options.Slots} slots")}");
        }
        var embedding = embeds ? Embed(id, model, tokenizer, tokens) : null;
        var generating = embeds ? null : Generate(id, header, sha256, model, tokenizer, template, tokens);
        var info = new ModelInfo(id, IsChat: !embeds, IsEmbedding: embeds, !embeds && ModelCard.Beside(path).CanAnswer, model.Metadata("general.architecture") ?? "",
            training, tokens, model.EmbeddingLength, model.Parameters, new FileInfo(path).Length, tokenizer.VocabularySize, model.VocabularyType, time.GetUtcNow(), sha256);
        return new LoadedModel(info, model, tokenizer, template, generating, embedding);
    }

    private Generating Generate(string id, GgufHeader header, string sha256, SafeLlamaModelHandle model, Tokenizer tokenizer, ChatTemplate template, int tokens)
    {
        // A recurrent state cannot be shared in part, and each sequence has room of its own for one.
        var sequences = model.IsRecurrent ? options.Slots * 2 : Math.Min(MostSequences, options.Slots * SequencesPerSlot + KeptSequences);
        var context = SafeLlamaContextHandle.Create(model, new ContextOptions
        {
            MemoryTokens = tokens * options.Slots,
            BatchTokens = Math.Max(options.Slots, Math.Min(tokens * options.Slots, library.HasGpu ? PromptTokensPerStepOnGpu : PromptTokensPerStep)),
            Sequences = sequences,
            Threads = Threads(model),
            SharedMemory = true,
            OutputsPerSequence = 1 + PromptLookup.Most,
        });
        var queue = new GenerationQueue(options.QueueLimit, options.Slots, time);
        var decoding = new DecodingContext(model, context, tokenizer, tokens, sequences, new ModelRun(id, sha256, []), time);
        var adapters = new AdapterShelf(new AdapterRegistry(options.AdapterDirectory), model, header, sha256, options.AdapterLimit, time);
        return new Generating(id, model, tokenizer, template, adapters, queue, new GenerationLoop(decoding, options.Slots, queue, log));
    }

    private Embedding Embed(string id, SafeLlamaModelHandle model, Tokenizer tokenizer, int tokens)
    {
        var context = SafeLlamaContextHandle.Create(model, new ContextOptions
        {
            MemoryTokens = tokens,
            BatchTokens = tokens, // an input must lie in one pass for its vectors to be pooled
            Sequences = EmbeddingSequences,
            Threads = Threads(model),
            Embeddings = true,
            SharedMemory = true,
        });
        if (context.Pooling is < 1 or > 3)
        {
            context.Dispose();
            throw new EngineException(EngineErrorKind.InvalidModelFile, $"The model '{id}' does not say how its token vectors become one, so it is no embedding model. Name one in Engine:EmbeddingModel.");
        }
        var queue = new EmbeddingQueue(options.QueueLimit);
        return new Embedding(id, tokenizer, queue, new EmbeddingLoop(context, library.HasGpu ? tokens : Math.Min(tokens, FullEmbeddingBatch), EmbeddingSequences, model.EmbeddingLength, queue, log), tokens);
    }

    /// <summary>llama.cpp's threads spin while they wait for each other: for a tiny model, or where other work keeps the cores busy, one thread is much faster than two.</summary>
    private int Threads(SafeLlamaModelHandle model) =>
        options.Threads > 0 ? options.Threads : model.WeightBytes < TinyModelBytes ? 1 : Math.Clamp(Environment.ProcessorCount / 2, 1, 8);

    private static (GgufHeader Header, string Sha256) CheckFile(string path, CancellationToken cancellation)
    {
        try
        {
            var header = GgufReader.Read(path);
            GgufCheck.Run(header);
            using var file = File.OpenRead(path);
            using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 20];
            for (int read; (read = file.Read(buffer)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                sha256.AppendData(buffer, 0, read);
            }
            return (header, Convert.ToHexStringLower(sha256.GetHashAndReset()));
        }
        catch (Exception fault) when (fault is GgufException or IOException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineErrorKind.InvalidModelFile, $"The model file {path} cannot be used: {fault.Message}", fault);
        }
    }

    private SafeLlamaModelHandle LoadFile(string path, CancellationToken cancellation)
    {
        try
        {
            if (!library.HasGpu) { MemoryEstimate.Check(Path.GetFileName(path), new FileInfo(path).Length, "its weights"); }
            return SafeLlamaModelHandle.Load(path, new ModelLoadOptions(options.GpuLayers), cancellation);
        }
        catch (NativeCallException fault)
        {
            throw new EngineException(EngineErrorKind.InvalidModelFile, $"llama.cpp refuses the model file {path}: {fault.Message}", fault);
        }
    }
}
