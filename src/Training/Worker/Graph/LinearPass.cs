using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>y = W x + b + s · B (A x), and back. s is applied where the numbers are few: at the rank.</summary>
internal sealed class LinearPass
{
    private readonly GraphContext context;
    private readonly FrozenMatrix matrix;
    private readonly LoraMatrix? lora;
    private readonly Tensor input;
    private readonly Tensor? a, low, turnedB;

    internal LinearPass(GraphContext context, int layer, Projection projection, Tensor input)
    {
        (this.context, this.input) = (context, input);
        matrix = context.Model.Layers[layer].Matrices[(int)projection];
        lora = context.Adapter?.Of(layer, projection);
        var arena = context.Arena;
        Output = matrix.Forward(arena, input);
        if (lora is null) { return; }
        a = lora.DropoutMask is null ? lora.A.Value : arena.Product(lora.A.Value, lora.DropoutMask);
        low = arena.Scale(arena.MatrixProduct(a, input), Scale);
        turnedB = arena.Contiguous(arena.Transpose(lora.B.Value)); // [out, rank]
        Output = arena.Sum(Output, FromLow(turnedB, low));
    }

    internal Tensor Output { get; }

    private float Scale => context.Adapter!.Options.Scale;

    /// <summary>Adds to the gradients of A and B.</summary>
    /// <param name="gradient">Of the output, [out, t].</param>
    /// <param name="needsInput">Whether anything below is trained.</param>
    /// <returns>The gradient of the input [in, t], or null.</returns>
    internal Tensor? Backward(Tensor gradient, bool needsInput)
    {
        var arena = context.Arena;
        var ofLow = lora is null ? null : BackwardLow(gradient);
        if (!needsInput) { return null; }
        var below = matrix.Backward(arena, gradient);
        return ofLow is null ? below : arena.Sum(below, FromLow(a!, ofLow));
    }

    /// <summary>[n, rank] by [rank, t] to [n, t]. As a sum of outer products, for dot products as short as the rank are mostly overhead.</summary>
    private Tensor FromLow(Tensor matrix, Tensor small) => context.Arena.OuterProduct(matrix, context.Arena.Transpose(small));

    /// <returns>The gradient at A's output [rank, t].</returns>
    private Tensor BackwardLow(Tensor gradient)
    {
        var arena = context.Arena;
        var ofB = arena.OuterProduct(gradient, low!); // [out, rank]: the long rows go to the fast dimension
        context.Graph.Add(arena.Accumulate(lora!.B.Gradient, arena.Transpose(ofB)));
        var below = arena.Scale(arena.MatrixProduct(turnedB!, gradient), Scale);
        var ofA = arena.OuterProduct(input, below);
        context.Graph.Add(arena.Accumulate(lora.A.Gradient, lora.DropoutMask is null ? ofA : arena.Product(ofA, lora.DropoutMask)));
        return below;
    }
}
