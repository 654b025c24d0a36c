using Platform.Training.Graph;

namespace Platform.Training.Batches;

/// <summary>Texts side by side, padded at the right to one shape. Causal attention never looks at the padding, and its weight is 0.</summary>
public sealed class Batch
{
    private Batch(Bucket bucket) =>
        (Bucket, Tokens, Positions, Rows, Labels, Weights, Owners) = (bucket, new int[bucket.AllTokens], new int[bucket.AllTokens], new int[bucket.Rows], new int[bucket.Rows], new float[bucket.Rows], new int[bucket.Rows]);

    public Bucket Bucket { get; }

    internal int[] Tokens { get; }

    internal int[] Positions { get; }

    /// <summary>Places whose next token counts.</summary>
    internal int[] Rows { get; }

    internal int[] Labels { get; }

    /// <summary>What each row counts; may be changed between computations.</summary>
    public float[] Weights { get; }

    /// <summary>The number of the text that a row belongs to, or -1 for padding.</summary>
    public int[] Owners { get; }

    /// <summary>Number of this micro-batch in the whole training, for dropout; null for none.</summary>
    public long? DropoutPlace { get; init; }

    /// <param name="examples">Checked; at least one.</param>
    /// <param name="scale">Weights are multiplied by it: one divided by the sum of all weights of a step.</param>
    /// <param name="dropoutPlace">See <see cref="DropoutPlace"/>.</param>
    public static Batch Of(IReadOnlyList<Example> examples, double scale, long? dropoutPlace = null)
    {
        var bucket = Bucket.For(examples.Max(e => e.Tokens.Length - 1), examples.Count, examples.Sum(e => e.Counted));
        var batch = new Batch(bucket) { DropoutPlace = dropoutPlace };
        for (var i = 0; i < batch.Positions.Length; i++) { batch.Positions[i] = i % bucket.Tokens; }
        Array.Fill(batch.Owners, -1);
        var row = 0;
        for (var text = 0; text < examples.Count; text++)
        {
            var example = examples[text];
            var start = text * bucket.Tokens;
            example.Tokens.AsSpan(0, example.Tokens.Length - 1).CopyTo(batch.Tokens.AsSpan(start));
            for (var i = 1; i < example.Tokens.Length; i++)
            {
                if (example.Weights[i] == 0) { continue; }
                (batch.Rows[row], batch.Labels[row], batch.Weights[row], batch.Owners[row]) = (start + i - 1, example.Tokens[i], (float)(example.Weights[i] * scale), text);
                row++;
            }
        }
        return batch;
    }

    /// <summary>-Σ weight · log p, as it was without a loss scale.</summary>
    public double Loss(ReadOnlySpan<float> logProbabilities) => -ByText(logProbabilities).Sum();

    /// <summary>Σ weight · log p over the rows of each text.</summary>
    public double[] ByText(ReadOnlySpan<float> logProbabilities)
    {
        var sums = new double[Owners.Max() + 1];
        for (var i = 0; i < Owners.Length; i++)
        {
            if (Owners[i] >= 0) { sums[Owners[i]] += (double)Weights[i] * logProbabilities[i]; }
        }
        return sums;
    }
}
