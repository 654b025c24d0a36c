using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>y = x / rms(x) · w over the first dimension, and back. The weight is frozen.</summary>
internal sealed class NormPass(GraphContext context, Tensor input, Tensor weight)
{
    internal Tensor Output { get; } = context.Arena.Product(context.Arena.RmsNorm(input, context.Shape.Epsilon), weight);

    internal Tensor Backward(Tensor gradient) => context.Arena.RmsNormBackward(context.Arena.Product(gradient, weight), input, context.Shape.Epsilon);
}
