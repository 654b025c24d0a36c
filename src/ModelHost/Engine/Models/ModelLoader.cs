using Microsoft.Extensions.Logging;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Generation.Guessing;
using Platform.ModelHost.Engine.Generation.Memory;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Models;

/// <summary>From a GGUF file to a model that serves: check, load, estimate, context, loop.</summary>
internal sealed partial class ModelLoader(EngineOptions options, LlamaLibrary library, ModelRegistry registry, LoadPlans plans, MemoryLedger ledger, TimeProvider time, ILogger log)
{
    private const int EmbeddingSequences = 64;
    private const int FullEmbeddingBatch = 256; // attention runs over the whole batch, so larger ones cost more a token; a GPU wants them all the same
    private const long TinyModelBytes = 256L << 20;

    /// <summary>Layers on the GPU; -1 takes all that fit.</summary>
    internal int GpuLayers => options.GpuLayers;

    /// <summary>Reads and hashes a file and says what it will take; loads nothing.</summary>
    /// <param name="id">The model's id.</param>
    /// <param name="path">The file.</param>
    /// <param name="embeds">What it is for; null lets the file say.</param>
    /// <param name="settings">How it shall be loaded.</param>
    /// <param name="cancellation">Ends the hashing.</param>
    /// <exception cref="EngineException">Kinds InvalidModelFile, BadRequest.</exception>
    internal ModelFile Check(string id, string path, bool? embeds, LoadSettings settings, CancellationToken cancellation)
    {
        try
        {
            var (header, plan) = Plan(id, path, embeds, settings);
            return new ModelFile(id, path, header, registry.Hash(path, cancellation), plan);
        }
        catch (Exception fault) when (ModelHeader.IsFault(fault))
        {
            log.LogWarning("The model '{Model}' cannot be used: {Path}: {Reason}", id, path, fault.Message);
            throw ModelHeader.Refusal(id, fault);
        }
    }

    /// <summary>What a file's header says it will take.</summary>
    /// <exception cref="EngineException">Kinds InvalidModelFile, BadRequest.</exception>
    /// <inheritdoc cref="Check" path="/param"/>
    internal (GgufHeader Header, LoadPlan Plan) Plan(string id, string path, bool? embeds, LoadSettings settings)
    {
        try
        {
            var header = ModelHeader.Read(path);
            return (header, plans.Of(id, header, ModelTraits.Of(header, path, embeds), settings));
        }
        catch (Exception fault) when (ModelHeader.IsFault(fault))
        {
            log.LogWarning("The model '{Model}' cannot be used: {Path}: {Reason}", id, path, fault.Message);
            throw ModelHeader.Refusal(id, fault);
        }
    }

    /// <exception cref="EngineException">Kinds InvalidModelFile, OutOfMemory.</exception>
    internal LoadedModel Load(ModelFile file, CancellationToken cancellation)
    {
        var model = LoadFile(file, cancellation);
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
        if (file.Plan.Rope is not null && !model.HasRotaryPositions) { throw new EngineException(EngineErrorKind.BadRequest, $"The positions of '{file.Id}' are no rotations, so they cannot be stretched. Load it without rope scaling.") { Parameter = "rope" }; }
        var tokenizer = new Tokenizer(model);
        var template = new ChatTemplate(file.Id, model.ChatTemplate, tokenizer.SpecialTexts(), time);
        if (!file.Embeds && template.Weakness is { } weakness) { log.LogWarning("{Weakness}", weakness); }
        var (embedding, reranker) = file.Embeds ? Read(file, model, tokenizer) : default;
        var generating = file.Embeds ? null : Generate(file, model, tokenizer, template);
        var info = new ModelInfo(file.Id, IsChat: !file.Embeds, IsEmbedding: embedding is not null, file.Plan.Traits.CanAnswer, model.Metadata("general.architecture") ?? "",
            file.Plan.Traits.TrainingContextTokens, file.ContextTokens, model.EmbeddingLength, model.Parameters, file.Header.FileBytes, tokenizer.VocabularySize, model.VocabularyType, time.GetUtcNow(), file.Sha256) { IsReranker = reranker is not null, Warning = file.Embeds ? null : template.Weakness };
        return new LoadedModel(info, model, tokenizer, template, generating, embedding, reranker);
    }

    private Generating Generate(ModelFile file, SafeLlamaModelHandle model, Tokenizer tokenizer, ChatTemplate template)
    {
        // A recurrent state cannot be shared in part, and each sequence has room of its own for one.
        var sequences = model.IsRecurrent ? options.Slots * 2 : plans.Sequences;
        var context = SafeLlamaContextHandle.Create(model, new ContextOptions
        {
            MemoryTokens = file.ContextTokens * options.Slots,
            BatchTokens = plans.BatchTokens(file.ContextTokens),
            Sequences = sequences,
            Threads = Threads(model.WeightBytes),
            SharedMemory = true,
            OutputsPerSequence = 1 + GuessPace.Most,
            Outputs = plans.Outputs(sequences),
            Rope = Rope(file.Plan.Rope),
        });
        var queue = new GenerationQueue(options.QueueLimit, options.Slots, time);
        var run = new ModelRun(file.Id, file.Sha256, []);
        var decoding = new DecodingContext(model, context, tokenizer, file.ContextTokens, sequences, run, new PrefixShelf(options.PrefixMebibytes << 20, new MemoryShare(ledger, file.Id, "prefixes").TrySet), time);
        var adapters = new AdapterShelf(new AdapterRegistry(options.AdapterDirectory), model, file, options.AdapterLimit, new MemoryShare(ledger, file.Id, "adapters"), time);
        return new Generating(run, model, tokenizer, template, adapters, queue, new GenerationLoop(decoding, options.Slots, queue, log));
    }

    /// <summary>llama.cpp's threads spin while they wait for each other: for a tiny model, or where other work keeps the cores busy, one thread is much faster than two.</summary>
    internal int Threads(long weightBytes) =>
        options.Threads > 0 ? options.Threads : weightBytes < TinyModelBytes ? 1 : Math.Clamp(Environment.ProcessorCount / 2, 1, 8);

    private static ContextRope? Rope(RopeScaling? rope) => rope is null ? null : new ContextRope((int)rope.Kind, (float)(1 / rope.Factor), (float)(rope.Base ?? 0), rope.OriginalTokens);

    /// <summary>llama.cpp's own word on a file, here or in a process that tried it.</summary>
    internal static EngineException Refused(ModelFile file, Exception fault) =>
        new(EngineErrorKind.InvalidModelFile, $"llama.cpp refuses the model '{file.Id}': {fault.Message.Replace(file.Path, $"'{file.Id}'", StringComparison.Ordinal)}", fault);

    private SafeLlamaModelHandle LoadFile(ModelFile file, CancellationToken cancellation)
    {
        try
        {
            return SafeLlamaModelHandle.Load(file.Path, new ModelLoadOptions(options.GpuLayers), cancellation);
        }
        catch (NativeCallException fault)
        {
            log.LogWarning("llama.cpp refuses {Path}: {Reason}", file.Path, fault.Message);
            throw Refused(file, fault);
        }
    }
}
