using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Generation.Guessing;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Models;

/// <summary>What a model will be loaded with and what that takes.</summary>
internal sealed record LoadPlan(ModelTraits Traits, int ContextTokens, RopeScaling? Rope, IReadOnlyList<MemoryUse> Uses);

/// <summary>Plans how models are loaded, from their headers and the engine's options.</summary>
internal sealed class LoadPlans(EngineOptions options, bool hasGpu)
{
    private const int MostChatTokens = 8_192, MostEmbeddingTokens = 2_048, FewestTokens = 16, MostTokens = 1 << 20;
    private const int MostSequences = 256, SequencesPerSlot = 9, KeptSequences = 32; // 256 is llama.cpp's limit; a slot may search with eight beams
    internal const int PromptTokensPerStep = 512;

    private const int PromptTokensPerStepOnGpu = 2_048;

    /// <summary>Sequences of the memory that all slots share.</summary>
    internal int Sequences => Math.Min(MostSequences, options.Slots * SequencesPerSlot + KeptSequences);

    /// <exception cref="EngineException">Kind BadRequest: settings out of range.</exception>
    internal LoadPlan Of(string id, GgufHeader header, ModelTraits traits, LoadSettings settings)
    {
        var rope = settings.Rope ?? (traits.IsEmbedding ? null : options.Rope);
        var most = MostContext(id, traits, settings.Rope, rope);
        var tokens = settings.ContextTokens ?? Math.Min(most, options.ContextTokens > 0 ? options.ContextTokens : traits.IsEmbedding ? MostEmbeddingTokens : MostChatTokens);
        if (tokens < Math.Min(FewestTokens, most) || tokens > most)
        {
            throw Refuse("context_tokens", $"context_tokens is {tokens}; for '{id}' it must be {FewestTokens} to {most}{(rope is null && !traits.IsEmbedding && tokens > most ? Stretch(tokens, most) : "")}.");
        }
        var uses = traits.IsEmbedding ? MemoryEstimate.Of(id, header, tokens, tokens, outputs: 0) : MemoryEstimate.Of(id, header, tokens * options.Slots, BatchTokens(tokens), Outputs(Sequences));
        return new LoadPlan(traits, tokens, rope, uses);
    }

    /// <summary>Rows of logits kept.</summary>
    internal int Outputs(int sequences) => Math.Max(sequences, options.Slots * (SequencesPerSlot - 1) + GuessPace.Most * GenerationLoop.MostGuessing); // llama.cpp wants one a sequence at least

    internal int BatchTokens(int tokens) => Math.Max(options.Slots, Math.Min(tokens * options.Slots, hasGpu ? PromptTokensPerStepOnGpu : PromptTokensPerStep));

    private static int MostContext(string id, ModelTraits traits, RopeScaling? asked, RopeScaling? rope)
    {
        if (asked is not null && traits.IsEmbedding) { throw Refuse("rope", $"'{id}' embeds; rope scaling is for models that write."); }
        foreach (var (field, message) in asked?.Faults(part => "rope." + part) ?? []) { throw Refuse(field, message); } // those of the options were looked for at the start
        return (int)Math.Min(MostTokens, traits.TrainingContextTokens * (rope?.Factor ?? 1));
    }

    private static string Stretch(int tokens, int trained) => (tokens + (long)trained - 1) / trained is var factor && factor <= RopeScaling.MostFactor
        ? $", what it was trained on. More wants rope scaling, as {{\"type\": \"yarn\", \"factor\": {Math.Max(2, factor)}}}"
        : $", what it was trained on, or with rope scaling {Math.Min(MostTokens, (long)RopeScaling.MostFactor * trained)}";

    private static EngineException Refuse(string parameter, string message) => new(EngineErrorKind.BadRequest, message) { Parameter = parameter };
}
