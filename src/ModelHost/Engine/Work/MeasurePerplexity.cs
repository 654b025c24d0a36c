using Platform.ModelHost.Engine.Generation.Sampling;
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
        using var adapter = order.Adapter is { } file ? Adapter(model, order, file) : null;
        using var context = SafeLlamaContextHandle.Create(model, new ContextOptions
        {
            MemoryTokens = order.Window, BatchTokens = Math.Min(order.Window, BatchTokens), Sequences = 1, Threads = order.Threads, SharedMemory = true,
            OutputsPerSequence = Math.Min(order.Window, BatchTokens), Outputs = Math.Min(order.Window, BatchTokens),
        });
        if (adapter is not null) { context.SetAdapters([(adapter, 1)]); }
        var text = new Tokenizer(model).Encode(order.Text, addSpecial: false, parseSpecial: false);
        var begin = model.Begin is { IsAdded: true, Token: { } token } ? (int[])[token] : [];
        return Of(new Windows(context, model.VocabularySize), [.. text.Take(order.MostTokens)], begin, order.Window, progress);
    }

    private static PerplexityResult Of(Windows windows, int[] text, int[] begin, int window, Action<double> progress)
    {
        var first = begin.Length > 0 ? 0 : 1; // with a mark of the beginning even the first token is foretold
        if (text.Length < FewestTokens) { throw new EngineException(EngineErrorKind.BadRequest, TooShort) { Parameter = "text" }; }
        if (window - begin.Length < FewestTokens) { throw new EngineException(EngineErrorKind.BadRequest, $"A window of {window} tokens holds too few of the text to foretell any: measure a model of a longer context.") { Parameter = "model" }; }
        var (held, surprise, squares, count) = (window - begin.Length, 0.0, 0.0, 0);
        for (var (start, told) = (0, first); told < text.Length; start += held / 2)
        {
            var end = Math.Min(text.Length, start + held);
            foreach (var one in windows.Surprise([.. begin, .. text[start..end]], begin.Length + told - start))
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

    private static SafeLlamaAdapterHandle Adapter(SafeLlamaModelHandle model, PerplexityOrder order, string path)
    {
        using (var file = File.OpenRead(path)) { AdapterCheck.Run(file, GgufReader.Read(order.Path), order.ModelSha256); }
        return SafeLlamaAdapterHandle.Load(model, path);
    }

    /// <summary>One context, filled anew with each window.</summary>
    private sealed class Windows(SafeLlamaContextHandle context, int vocabulary)
    {
        private readonly LogProbabilities chances = new(vocabulary);

        /// <summary>The surprise, in nats, of each token from a place on.</summary>
        internal List<double> Surprise(int[] tokens, int from)
        {
            context.ClearMemory();
            using var batch = new SafeLlamaBatchHandle(context.BatchTokens);
            var all = new List<double>(tokens.Length - from);
            for (var at = 0; at < tokens.Length; at += batch.Count)
            {
                batch.Clear();
                for (var i = at; i < Math.Min(tokens.Length, at + batch.Capacity); i++) { batch.Add(tokens[i], i, 0, logits: i + 1 >= from && i + 1 < tokens.Length); }
                var code = context.Decode(batch);
                if (code != 0) { throw new NativeCallException($"llama_decode returned {code}.", code); }
                for (var i = Math.Max(at, from - 1); i < Math.Min(tokens.Length - 1, at + batch.Count); i++)
                {
                    chances.Take(context.Logits(i - at));
                    all.Add(-chances.Values[tokens[i + 1]]);
                }
            }
            return all;
        }
    }
}
