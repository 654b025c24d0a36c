using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;
using Platform.Training.Batches;
using Platform.Training.Graph;

namespace Platform.Training.Export;

/// <summary>How far llama.cpp's logits with an exported adapter lie from those of the graph that trained it.</summary>
public static class LogitParity
{
    /// <summary>Most tokens that are compared.</summary>
    public const int MostTokens = 64;

    private const double Exact = 1e-3, Half = 2e-2, RoundedBase = 0.25;

    // Of short numbers: of the effect, and of how far logits lie apart. Even where the base models agree to the bit, one number that rounds the other way beside the adapter makes others do so, up to what rounding changes at all: about a tenth of the spread at worst.
    private const double RoundedShare = 0.1, RoundedSpread = 0.2;
    private const int RoundedTwice = 2;

    /// <summary>What the training graph answers at each of the tokens [tokens, vocabulary].</summary>
    /// <param name="tokens">2 to <see cref="MostTokens"/>.</param>
    public static float[] Trained(GraphShelf shelf, LoraWeights? adapter, int[] tokens)
    {
        var probe = new Example("parity", [.. tokens, tokens[0]], [.. Enumerable.Repeat(1f, tokens.Length + 1)]);
        var batch = Batch.Of([probe], 1);
        var graph = shelf.For(new GraphPlan(batch.Bucket, adapter, Backward: false, Logits: true));
        graph.Run(batch);
        var logits = graph.Logits();
        return logits[..(logits.Length / batch.Bucket.Rows * tokens.Length)];
    }

    /// <summary>What llama.cpp answers with keys and values kept as F32.</summary>
    /// <param name="model">A file that <see cref="GgufCheck"/> passes.</param>
    /// <param name="adapter">A file that <see cref="AdapterCheck"/> passes; null for the base model.</param>
    /// <exception cref="NativeCallException">llama.cpp refused one of them.</exception>
    public static float[] Served(string model, string? adapter, int[] tokens, CancellationToken cancellation)
    {
        using var weights = SafeLlamaModelHandle.Load(model, new ModelLoadOptions(GpuLayers: 0), cancellation);
        using var context = SafeLlamaContextHandle.Create(weights, new ContextOptions { MemoryTokens = MostTokens, BatchTokens = MostTokens, Sequences = 1, Threads = 1, Outputs = tokens.Length, OutputsPerSequence = tokens.Length, FullPrecision = true });
        using var lora = adapter is null ? null : SafeLlamaAdapterHandle.Load(weights, adapter);
        if (lora is not null) { context.SetAdapters([(lora, 1)]); }
        using var batch = new SafeLlamaBatchHandle(tokens.Length);
        for (var i = 0; i < tokens.Length; i++) { batch.Add(tokens[i], i, 0, logits: true); }
        var code = context.Decode(batch);
        if (code != 0) { throw new NativeCallException($"llama.cpp could not read {tokens.Length} tokens with the adapter.", code); }
        var logits = Enumerable.Range(0, tokens.Length).SelectMany(row => context.Logits(row).ToArray()).ToArray();
        context.SetAdapters([]);
        return logits;
    }

    /// <param name="rounding">What both round the inputs of products to.</param>
    public static ParityReport Compare(AdapterLogits trained, AdapterLogits served, Rounding rounding)
    {
        var noise = Difference(trained.Plain, served.Plain);
        var effect = trained.Effect.Max(change => Math.Abs((double)change));
        var (allowed, ofBase) = rounding switch
        {
            Rounding.None => (Exact, Exact),
            Rounding.Half => (Math.Max(Half, RoundedTwice * noise), RoundedBase), // grows with layers and the logits' size as the base's own differences do
            _ => (Math.Max(Math.Max(RoundedShare * effect, RoundedSpread * Spread(trained.Plain)), RoundedTwice * noise), RoundedBase),
        };
        return new ParityReport(noise, Difference(trained.Effect, served.Effect), effect, allowed, ofBase);
    }

    /// <returns>The largest difference; infinite where one is no number.</returns>
    public static double Difference(float[] one, float[] other)
    {
        if (one.Length != other.Length) { throw new ArgumentException($"{one.Length} logits cannot be compared with {other.Length}. This is a bug."); }
        return one.Zip(other).Max(pair => Math.Abs((double)pair.First - pair.Second) is var distance && double.IsNaN(distance) ? double.PositiveInfinity : distance);
    }

    /// <summary>The standard deviation.</summary>
    private static double Spread(float[] logits)
    {
        var mean = logits.Average(logit => (double)logit);
        return Math.Sqrt(logits.Average(logit => (logit - mean) * (logit - mean)));
    }
}
