using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>
/// Log-probabilities of the next tokens at chosen rows, and back from a weight for each: loss = -Σ weight · log p(label). Rows are picked before the last norm and
/// the head, which are the widest part; no table of labels by vocabulary is made. The loss scale lies in the weights, and padding has the weight 0.
/// </summary>
internal sealed class LossPass
{
    private const float Least = 1e-30f; // keeps the logarithm finite where p underflows; the gradient does not pass here
    private readonly GraphContext context;
    private readonly Tensor last, picked, logits, places, probability;
    private readonly NormPass norm;
    private Tensor softMax;

    internal LossPass(GraphContext context, Tensor last, int rows, int number)
    {
        (this.context, this.last) = (context, last);
        var arena = context.Arena;
        Rows = arena.Input($"rows.{number}", TensorType.I32, rows);
        places = arena.Input($"labels.{number}", TensorType.I32, rows);
        Weights = arena.Input($"weights.{number}", TensorType.F32, 1, rows);
        picked = arena.Rows(last, Rows);
        norm = new NormPass(context, picked, context.Model.OutputNorm);
        logits = context.Products.Forward(context.Model.Head, norm.Output);
        softMax = context.Activations.SoftMax(logits);
        probability = arena.Rows(Column(softMax), places); // [1, rows]
        LogProbabilities = arena.Log(arena.Scale(probability, 1, Least)).Keep();
        context.Graph.Add(LogProbabilities);
    }

    internal Tensor Rows { get; }

    internal Tensor Weights { get; }

    /// <summary>[1, rows].</summary>
    internal Tensor LogProbabilities { get; }

    /// <summary>[vocabulary, rows].</summary>
    internal Tensor Logits => logits;

    internal int Count => (int)Rows.Elements;

    private int Vocabulary => context.Shape.Vocabulary;

    internal void WriteLabels(ReadOnlySpan<int> labels)
    {
        var at = new int[labels.Length];
        for (var i = 0; i < at.Length; i++) { at[i] = checked(i * Vocabulary + labels[i]); }
        places.Write(at);
    }

    /// <summary>p - 1 at the label, p elsewhere, each row times its weight.</summary>
    /// <returns>The gradient at the last layer's output [width, all tokens].</returns>
    internal Tensor Backward()
    {
        var arena = context.Arena;
        softMax = arena.ReplaceRows(Column(softMax), arena.Scale(probability, 1, -1), places);
        var below = context.Products.Backward(context.Model.Head, arena.Reshape(softMax, Vocabulary, Count));
        return arena.RowsBackward(norm.Backward(arena.Product(below, Weights)), Rows, last);
    }

    private Tensor Column(Tensor table) => context.Arena.Reshape(table, 1, (long)Vocabulary * Count);
}
