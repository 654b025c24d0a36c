using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>One layer: x + attention(norm x), then the same with the inner network, and back. Made a second time from the same input where activations are not kept.</summary>
internal sealed class LayerPass
{
    private readonly GraphContext context;
    private readonly NormPass first, second;
    private readonly AttentionPass attention;
    private readonly SwiGluPass inner;
    private readonly int layer;

    internal LayerPass(GraphContext context, int layer, Tensor input)
    {
        (this.context, this.layer, Input) = (context, layer, input);
        var weights = context.Model.Layers[layer];
        first = new NormPass(context, input, weights.AttentionNorm);
        attention = new AttentionPass(context, layer, first.Output);
        var middle = context.Arena.Sum(input, attention.Output);
        second = new NormPass(context, middle, weights.InnerNorm);
        inner = new SwiGluPass(context, layer, second.Output);
        Output = context.Arena.Sum(middle, inner.Output);
    }

    internal Tensor Input { get; }

    internal Tensor Output { get; }

    /// <returns>The gradient of the input, or null below the lowest trained layer.</returns>
    internal Tensor? Backward(Tensor gradient)
    {
        var arena = context.Arena;
        var needsInput = layer > context.Adapter!.FirstLayer;
        var middle = arena.Sum(gradient, second.Backward(inner.Backward(gradient, needsInput: true)!));
        var below = attention.Backward(middle, needsInput);
        return below is null ? null : arena.Sum(middle, first.Backward(below));
    }
}
