using Platform.ModelHost.Engine.Generation.Sampling;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Work;

/// <summary>How little a model foretells tokens: one context, filled anew with each text.</summary>
internal sealed class TokenSurprise(SafeLlamaContextHandle context, int vocabulary)
{
    private readonly LogProbabilities chances = new(vocabulary);

    /// <summary>The surprise, in nats, of each token from a place on.</summary>
    /// <param name="from">At least 1: what stands first follows nothing.</param>
    /// <exception cref="NativeCallException">llama.cpp fails.</exception>
    internal List<double> Of(ReadOnlySpan<int> tokens, int from)
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
