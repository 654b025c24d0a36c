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
        var (arena, products) = (context.Arena, context.Products);
        if (lora is null)
        {
            Output = products.Forward(matrix, input);
            return;
        }
        a = lora.DropoutMask is null ? lora.A.Value : arena.Product(lora.A.Value, lora.DropoutMask);
        low = arena.Scale(products.Of(a, input), Scale);
        turnedB = products.Turned(lora.B.Value); // [out, rank]
        Output = products.Forward(matrix, input, (arena.Transpose(turnedB), low));
    }

    internal Tensor Output { get; }

    private float Scale => context.Adapter!.Options.Scale;

    /// <summary>Adds to the gradients of A and B.</summary>
    /// <param name="gradient">Of the output, [out, t].</param>
    /// <param name="needsInput">Whether anything below is trained.</param>
    /// <returns>The gradient of the input [in, t], or null.</returns>
    internal Tensor? Backward(Tensor gradient, bool needsInput)
    {
        var ofLow = lora is null ? null : BackwardLow(gradient);
        if (!needsInput) { return null; }
        return context.Products.Backward(matrix, gradient, ofLow is null ? null : (context.Arena.Transpose(a!), ofLow));
    }

    /// <returns>The gradient at A's output [rank, t].</returns>
    private Tensor BackwardLow(Tensor gradient)
    {
        var (arena, products) = (context.Arena, context.Products);
        var ofB = products.Of(arena.Transpose(gradient), arena.Transpose(low!)); // [out, rank]: the long rows go to the fast dimension
        context.Graph.Add(arena.Accumulate(lora!.B.Gradient, arena.Transpose(ofB)));
        var below = arena.Scale(products.Of(turnedB!, gradient), Scale);
        var ofA = products.Of(arena.Transpose(input), arena.Transpose(below));
        context.Graph.Add(arena.Accumulate(lora.A.Gradient, lora.DropoutMask is null ? ofA : arena.Product(ofA, lora.DropoutMask)));
        return below;
    }
}
