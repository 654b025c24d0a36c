using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Work;

/// <summary>The perplexity of a text in windows that slide by half: every token but the first is foretold once, and from the second window on from half a window of text at least.</summary>
internal static class MeasurePerplexity
{
    /// <summary>Tokens that a text must have.</summary>
    internal const int FewestTokens = 2;

    private const int BatchTokens = 128; // each row of logits is as wide as the vocabulary

    /// <summary>Why a text cannot be measured.</summary>
    internal static string TooShort { get; } = $"The text is too short to be foretold: a perplexity needs at least {FewestTokens} tokens. Give a longer one.";

    /// <exception cref="EngineException">Kind BadRequest: fewer than two tokens, or a context that holds fewer.</exception>
    /// <exception cref="NativeCallException">llama.cpp refuses or fails.</exception>
    internal static PerplexityResult Run(PerplexityOrder order, Action<double> progress)
    {
        using var model = SafeLlamaModelHandle.Load(order.Path, new ModelLoadOptions(order.GpuLayers), CancellationToken.None);
        using var adapter = order.Adapter is { } file ? Adapter(model, order.Path, order.ModelSha256, file) : null;
        using var context = Context(model, order.Window, order.Threads);
        if (adapter is not null) { context.SetAdapters([(adapter, 1)]); }
        var text = new Tokenizer(model).Encode(order.Text, addSpecial: false, parseSpecial: false);
        var begin = model.Begin is { IsAdded: true, Token: { } token } ? (int[])[token] : [];
        return Of(new TokenSurprise(context, model.VocabularySize), [.. text.Take(order.MostTokens)], begin, order.Window, progress);
    }

    private static PerplexityResult Of(TokenSurprise windows, int[] text, int[] begin, int window, Action<double> progress)
    {
        var first = begin.Length > 0 ? 0 : 1; // with a mark of the beginning even the first token is foretold
        if (text.Length < FewestTokens) { throw new EngineException(EngineErrorKind.BadRequest, TooShort) { Parameter = "text" }; }
        if (window - begin.Length < FewestTokens) { throw new EngineException(EngineErrorKind.BadRequest, $"A window of {window} tokens holds too few of the text to foretell any: measure a model of a longer context.") { Parameter = "model" }; }
        var (held, surprise, squares, count) = (window - begin.Length, 0.0, 0.0, 0);
        for (var (start, told) = (0, first); told < text.Length; start += held / 2)
        {
            var end = Math.Min(text.Length, start + held);
            foreach (var one in windows.Of([.. begin, .. text[start..end]], begin.Length + told - start))
            {
                (surprise, squares, count) = (surprise + one, squares + one * one, count + 1);
            }
            told = end;
            progress((double)told / text.Length);
        }
        var mean = surprise / count;
        if (!double.IsFinite(Math.Exp(mean))) { throw new NativeCallException("What the model computes are no numbers. Its weights, or the adapter's, are damaged."); }
        var error = count > 1 ? Math.Sqrt(Math.Max(0, squares / count - mean * mean) / (count - 1)) : 0;
        return new PerplexityResult(Math.Exp(mean), Math.Exp(mean) * error, count);
    }

    /// <summary>An adapter's file, checked for its base.</summary>
    internal static SafeLlamaAdapterHandle Adapter(SafeLlamaModelHandle model, string modelPath, string modelSha256, string path)
    {
        using (var file = File.OpenRead(path)) { AdapterCheck.Run(file, GgufReader.Read(modelPath), modelSha256); }
        return SafeLlamaAdapterHandle.Load(model, path);
    }

    /// <summary>A context for one text at a time.</summary>
    internal static SafeLlamaContextHandle Context(SafeLlamaModelHandle model, int window, int threads) => SafeLlamaContextHandle.Create(model, new ContextOptions
    {
        MemoryTokens = window, BatchTokens = Math.Min(window, BatchTokens), Sequences = 1, Threads = threads, SharedMemory = true,
        OutputsPerSequence = Math.Min(window, BatchTokens), Outputs = Math.Min(window, BatchTokens),
    });
}
