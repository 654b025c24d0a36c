using Platform.ModelHost.Engine.Generation.Memory;
using Platform.ModelHost.Engine.Generation.Sampling;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Generation;

/// <summary>A native context with all that the answers running in it share. Owned by the loop; used by its thread only.</summary>
internal sealed class DecodingContext : IDisposable
{
    /// <param name="model">Kept alive by the context.</param>
    /// <param name="native">Made with <paramref name="sequences"/> sequences; disposed with this.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="contextTokens">Tokens that one request can have, prompt and answer together.</param>
    /// <param name="sequences">Sequences of the native memory.</param>
    /// <param name="run">The base model as answers name it.</param>
    /// <param name="shelf">Where prefixes wait that nobody uses.</param>
    /// <param name="time">Measures what answers take.</param>
    internal DecodingContext(SafeLlamaModelHandle model, SafeLlamaContextHandle native, Tokenizer tokenizer, int contextTokens, int sequences, ModelRun run, PrefixShelf shelf, TimeProvider time)
    {
        (Model, Native, Tokenizer, ContextTokens, Sequences, Run, Time) = (model, native, tokenizer, contextTokens, sequences, run, time);
        Batch = new SafeLlamaBatchHandle(native.BatchTokens);
        Candidates = new TokenCandidates(tokenizer.VocabularySize);
        LogProbabilities = new LogProbabilities(tokenizer.VocabularySize);
        Prefixes = new PrefixCache(native, sequences, canCut: !model.IsRecurrent, shelf);
    }

    internal SafeLlamaModelHandle Model { get; }

    internal SafeLlamaContextHandle Native { get; }

    internal Tokenizer Tokenizer { get; }

    internal int ContextTokens { get; }

    internal int Sequences { get; }

    internal ModelRun Run { get; }

    internal TimeProvider Time { get; }

    internal SafeLlamaBatchHandle Batch { get; }

    internal TokenCandidates Candidates { get; }

    internal LogProbabilities LogProbabilities { get; }

    internal PrefixCache Prefixes { get; }

    public void Dispose()
    {
        Batch.Dispose();
        Candidates.Dispose();
        Native.Dispose();
    }
}
