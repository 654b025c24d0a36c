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
internal sealed class ModelLoader(EngineOptions options, LlamaLibrary library, MemoryLedger ledger, TimeProvider time, ILogger log)
{
    private const int MostChatTokens = 8_192, MostEmbeddingTokens = 2_048;
    private const int EmbeddingSequences = 64, MostSequences = 256, SequencesPerSlot = 9, KeptSequences = 32; // 256 is llama.cpp's limit; a slot may search with eight beams
    private const int FullEmbeddingBatch = 256; // attention runs over the whole batch, so larger ones cost more a token; a GPU wants them all the same
    private const int PromptTokensPerStep = 512, PromptTokensPerStepOnGpu = 2_048;
    private const long TinyModelBytes = 256L << 20;

    /// <summary>Reads and hashes a file and says what it will take; loads nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="embeds">What it is for; null lets the file say.</param>
    /// <param name="cancellation">Ends the hashing.</param>
    /// <exception cref="EngineException">Kind InvalidModelFile.</exception>
    internal ModelFile Check(string path, bool? embeds, CancellationToken cancellation)
    {
        var (header, sha256) = CheckFile(path, cancellation);
        var architecture = header.Metadata["general.architecture"].Text!;
        var isEmbedding = embeds ?? (header.Metadata.ContainsKey(architecture + ".pooling_type") || architecture.EndsWith("bert", StringComparison.Ordinal));
        var training = (int)header.Metadata[architecture + ".context_length"].Numbers[0];
        var tokens = Math.Min(training, options.ContextTokens > 0 ? options.ContextTokens : isEmbedding ? MostEmbeddingTokens : MostChatTokens);
        var id = ModelFolder.IdOf(path);
        var uses = isEmbedding ? MemoryEstimate.Of(id, header, tokens, tokens, outputs: 0) : MemoryEstimate.Of(id, header, tokens * options.Slots, BatchTokens(tokens), Outputs(MostSequencesFor(options.Slots)));
        return new ModelFile(id, path, header, sha256, isEmbedding, tokens, uses);
    }

    /// <exception cref="EngineException">Kinds InvalidModelFile, OutOfMemory.</exception>
    internal LoadedModel Load(ModelFile file, CancellationToken cancellation)
    {
        var model = LoadFile(file.Path, cancellation);
        try
        {
            return Serve(file, model);
        }
        catch (NativeCallException fault)
        {
            model.Dispose();
            throw new EngineException(EngineErrorKind.OutOfMemory, $"The model '{file.Id}' was loaded but could not be started: {fault.Message} Lower Engine:ContextTokens or Engine:Slots.", fault);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private LoadedModel Serve(ModelFile file, SafeLlamaModelHandle model)
    {
        var tokenizer = new Tokenizer(model);
        var template = new ChatTemplate(file.Id, model.ChatTemplate, tokenizer.SpecialTexts(), time);
        if (template.Weakness is { } weakness) { log.LogWarning("{Weakness}", weakness); }
        var embedding = file.Embeds ? Embed(file.Id, model, tokenizer, file.ContextTokens) : null;
        var generating = file.Embeds ? null : Generate(file, model, tokenizer, template);
        var info = new ModelInfo(file.Id, IsChat: !file.Embeds, IsEmbedding: file.Embeds, !file.Embeds && ModelCard.Beside(file.Path).CanAnswer, model.Metadata("general.architecture") ?? "",
            model.TrainingContextTokens, file.ContextTokens, model.EmbeddingLength, model.Parameters, new FileInfo(file.Path).Length, tokenizer.VocabularySize, model.VocabularyType, time.GetUtcNow(), file.Sha256);
        return new LoadedModel(info, model, tokenizer, template, generating, embedding);
    }

    private static int MostSequencesFor(int slots) => Math.Min(MostSequences, slots * SequencesPerSlot + KeptSequences);

    private int Outputs(int sequences) => Math.Max(sequences, options.Slots * (SequencesPerSlot - 1) + PromptLookup.Most * GenerationLoop.MostGuessing); // llama.cpp wants one a sequence at least

    private int BatchTokens(int tokens) => Math.Max(options.Slots, Math.Min(tokens * options.Slots, library.HasGpu ? PromptTokensPerStepOnGpu : PromptTokensPerStep));

    private Generating Generate(ModelFile file, SafeLlamaModelHandle model, Tokenizer tokenizer, ChatTemplate template)
    {
        // A recurrent state cannot be shared in part, and each sequence has room of its own for one.
        var sequences = model.IsRecurrent ? options.Slots * 2 : MostSequencesFor(options.Slots);
        var context = SafeLlamaContextHandle.Create(model, new ContextOptions
        {
            MemoryTokens = file.ContextTokens * options.Slots,
            BatchTokens = BatchTokens(file.ContextTokens),
            Sequences = sequences,
            Threads = Threads(model),
            SharedMemory = true,
            OutputsPerSequence = 1 + PromptLookup.Most,
            Outputs = Outputs(sequences),
        });
        var queue = new GenerationQueue(options.QueueLimit, options.Slots, time);
        var decoding = new DecodingContext(model, context, tokenizer, file.ContextTokens, sequences, new ModelRun(file.Id, file.Sha256, []), time);
        var adapters = new AdapterShelf(new AdapterRegistry(options.AdapterDirectory), model, file, options.AdapterLimit, bytes => ledger.Set(new MemoryUse(file.Id, "adapters", bytes)), time);
        return new Generating(file.Id, model, tokenizer, template, adapters, queue, new GenerationLoop(decoding, options.Slots, queue, log));
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
            return SafeLlamaModelHandle.Load(path, new ModelLoadOptions(options.GpuLayers), cancellation);
        }
        catch (NativeCallException fault)
        {
            throw new EngineException(EngineErrorKind.InvalidModelFile, $"llama.cpp refuses the model file {path}: {fault.Message}", fault);
        }
    }
}
