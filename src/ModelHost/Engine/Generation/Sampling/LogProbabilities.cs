using System.Numerics.Tensors;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Engine.Generation.Sampling;

/// <summary>The model's own log-probabilities in one place of an answer, before anything changes its logits. The loop's thread only: it is filled anew for each token.</summary>
internal sealed class LogProbabilities(int vocabulary)
{
    private readonly float[] values = new float[vocabulary], scratch = new float[vocabulary];

    /// <summary>The log-probability of every token.</summary>
    internal ReadOnlySpan<float> Values => values;

    internal void Take(ReadOnlySpan<float> logits)
    {
        var most = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, most, values);
        TensorPrimitives.Exp(values, scratch);
        TensorPrimitives.Subtract(values, MathF.Log(TensorPrimitives.Sum<float>(scratch)), values);
    }

    /// <summary>The likeliest tokens, best first; ties go to the lower token.</summary>
    internal void Best(Span<int> best)
    {
        var held = 0;
        for (var token = 0; token < values.Length; token++)
        {
            if (held == best.Length && !(held > 0 && values[token] > values[best[held - 1]])) { continue; }
            var at = held < best.Length ? held++ : held - 1;
            for (; at > 0 && values[token] > values[best[at - 1]]; at--) { best[at] = best[at - 1]; }
            best[at] = token;
        }
    }

    /// <summary>A token's report, with so many of the likeliest in its place.</summary>
    internal TokenLogProbability Report(int token, int top, Tokenizer tokenizer)
    {
        Span<int> best = stackalloc int[top];
        Best(best);
        var likeliest = new TokenLogProbability[top];
        for (var i = 0; i < top; i++) { likeliest[i] = One(best[i], [], tokenizer); }
        return One(token, likeliest, tokenizer);
    }

    private TokenLogProbability One(int token, IReadOnlyList<TokenLogProbability> top, Tokenizer tokenizer) =>
        new(token, tokenizer.Piece(token, special: true).ToArray(), values[token], top);
}
